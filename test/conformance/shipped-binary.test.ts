/** The MCP conformance suite against the built server: every scenario that needs no fixture tools passes, in both revisions. */

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer, type Workspace, workspace } from '../support/product.ts';
import { checksOf, failedOnTheWire } from './results.ts';
import { type ConformanceTools, conformanceTools, runSuite } from './tools.ts';

let tools: ConformanceTools | undefined;
let place: Workspace;
let server: RunningServer;

beforeAll(async () => {
  tools = await conformanceTools();
  place = await workspace({
    config: 'databases:\n  here: { type: embedded }\n',
    policies: { 'here.csv': 'p, *, here, public.*, select, allow' },
  });
  server = await startServer(place.config);
}, 240_000);
afterAll(async () => {
  await server?.stop();
  await place?.remove();
});

/** What a server without the suite's fixture tools, prompts and resources can be asked. */
const scenarios = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'server-session-lifecycle',
  ],
  '2026-07-28': [
    'tools-list',
    'resources-list',
    'prompts-list',
    'caching',
    'http-header-validation',
    'sep-2164-resource-not-found',
    'dns-rebinding-protection',
    'input-required-result-unsupported-methods',
    'input-required-result-ignore-extra-params',
    'input-required-result-validate-input',
    'server-stateless',
  ],
} as const;

/** Checks of `server-stateless` that call fixture tools: the suite itself says that they cannot be tested. */
const notTestable = [
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-missing-capability-http-400',
  'sep-2575-server-no-log-without-loglevel',
  'sep-2575-server-rejects-undeclared-capability',
];

test.for(['2025-11-25', '2026-07-28'] as const)(
  'revision %s: each scenario for real servers passes, and every message fits the schema of the protocol',
  { timeout: 200_000 },
  async (revision, { skip }) => {
    if (tools === undefined) return skip('the suite could not be installed');
    const output = join(place.directory, `results ${revision}`);
    await runSuite(tools, ['server', '--url', server.url, '--requirements', revision, '-o', output], place.directory);
    const results = await Promise.all(
      scenarios[revision].map(async (scenario) => {
        const checks = await checksOf(output, scenario);
        const passed = checks.some(({ status }) => status === 'SUCCESS');
        const failed = checks.flatMap(({ id, status }) => (status === 'FAILURE' ? [id] : [])).sort();
        return { scenario, passed, failed };
      }),
    );
    const expected = scenarios[revision].map((scenario) => ({
      scenario,
      passed: true,
      failed: scenario === 'server-stateless' ? notTestable : [],
    }));
    expect(results).toEqual(expected);
    expect(await failedOnTheWire(output)).toEqual([]);
  },
);
