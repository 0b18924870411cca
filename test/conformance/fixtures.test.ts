/** The MCP conformance suite, whole, against its fixtures behind the product's HTTP listener, in both revisions. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, modernClient, olderClient } from '../transport/listener.ts';
import { startFixtures } from './fixtures/server.ts';
import { checksOf, failedOnTheWire } from './results.ts';
import { type ConformanceTools, conformanceTools, runSuite } from './tools.ts';

/**
 * Scenarios and checks that cannot apply. Those of extensions (tasks, skills) belong to no revision: they are optional,
 * and the server declares none.
 */
const notApplicable: Readonly<Record<string, string>> = {
  'server-sse-polling':
    'recommended for servers that keep events for clients which come back; ours keeps none: a client whose stream is gone has left its call',
  'sep-2575-server-sends-prompts-list-changed-on-subscription':
    'for servers whose prompts change; the listener announces changes of tools, as the product has no prompts',
};

let tools: ConformanceTools | undefined;
let place: string;

beforeAll(async () => {
  tools = await conformanceTools();
  place = await mkdtemp(join(tmpdir(), 'pgwarden-conformance-'));
}, 240_000);
afterAll(() => rm(place, { recursive: true, force: true }));

/** Every scenario for servers that the suite has for a revision. */
async function scenariosOf(suite: ConformanceTools, revision: string): Promise<readonly string[]> {
  const listed = await runSuite(suite, ['list', '--server'], place);
  const lines = [...listed.matchAll(/^ +- (\S+) \[(.+)\]$/gm)];
  return lines.flatMap(([, name = '', revisions = '']) => (revisions.split(',').includes(revision) ? [name] : []));
}

test.for([
  { revision: '2025-11-25', count: 33 },
  { revision: '2026-07-28', count: 40 },
] as const)(
  'revision $revision: every scenario passes on the fixtures, and every message fits the schema of the protocol',
  { timeout: 200_000 },
  async ({ revision, count }, { skip, onTestFinished }) => {
    if (tools === undefined) return skip('the suite could not be installed');
    const scenarios = await scenariosOf(tools, revision);
    expect(scenarios).toHaveLength(count);
    const server = await startFixtures();
    onTestFinished(server.close);
    const output = join(place, revision);
    await runSuite(tools, ['server', '--url', server.url, '--requirements', revision, '-o', output], place);
    const applicable = scenarios.filter((scenario) => notApplicable[scenario] === undefined);
    const results = await Promise.all(
      applicable.map(async (scenario) => {
        const checks = (await checksOf(output, scenario)).filter(({ id }) => notApplicable[id] === undefined);
        const passed = checks.some(({ id, status }) => status === 'SUCCESS' && id !== 'wire-schema-valid');
        const others = checks.filter(({ status }) => !['SUCCESS', 'INFO'].includes(status));
        return { scenario, passed, others };
      }),
    );
    expect(results).toEqual(applicable.map((scenario) => ({ scenario, passed: true, others: [] })));
    expect(await failedOnTheWire(output)).toEqual([]);
  },
);

test('what is mounted stands behind the door: no key, no server; with a key, its principal is the caller', async ({
  onTestFinished,
}) => {
  const server = await startFixtures(keys);
  onTestFinished(server.close);
  const url = new URL(server.url);
  await expect(olderClient(url)).rejects.toThrow();
  await expect(modernClient(url, 'key-of-nobody')).rejects.toThrow();
  expect(server.made()).toBe(0);
  const [older, modern] = [await olderClient(url, 'key-of-alice'), await modernClient(url, 'key-of-bob')];
  const call = { name: 'who_calls', arguments: {} };
  expect((await older.callTool(call)).content).toEqual([{ type: 'text', text: 'alice' }]);
  expect((await modern.callTool(call)).content).toEqual([{ type: 'text', text: 'bob' }]);
  await Promise.all([older.close(), modern.close()]);
});
