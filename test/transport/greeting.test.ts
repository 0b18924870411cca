/** A stdio client is greeted before the SDK is there; it reads what the SDK would have said, once. */

import { PassThrough } from 'node:stream';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { afterEach, expect, test, vi } from 'vitest';
import { type Greeting, greetEarly, greetedRevisions } from '../../src/transport/greeting.ts';
import { type StdioServer, startStdio } from '../../src/transport/stdio.ts';
import { patience } from '../support/patience.ts';
import { testParts } from './parts.ts';
import { rpc } from './raw.ts';

const version = '1.2.3';
let server: StdioServer | undefined;
afterEach(() => server?.close());

function pipes() {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let written = '';
  stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  return { stdin, stdout, lines: () => written.split('\n').slice(0, -1) };
}

function serve({ stdin, stdout }: ReturnType<typeof pipes>, greeting?: Greeting) {
  const parts = testParts();
  server = startStdio({
    toolbox: parts.toolbox,
    version,
    principal: { id: 'alice', kind: 'human', auth: 'stdio', roles: [] },
    stdin,
    stdout,
    greeting,
    onError: () => undefined,
  });
  return parts.recorded;
}

const hello = (protocolVersion: string, more: object = {}) => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'raw', version: '1' },
  ...more,
});

async function answerOfSdk(line: string): Promise<string | undefined> {
  const ends = pipes();
  serve(ends);
  ends.stdin.write(`${line}\n`);
  await vi.waitFor(() => expect(ends.lines()).toHaveLength(1), patience);
  await server?.close();
  return ends.lines()[0];
}

const offers = { roots: { listChanged: true }, sampling: {}, elicitation: { form: {}, url: {} } };

test.each([
  ...greetedRevisions.map((revision) => ({ what: revision, line: rpc('initialize', hello(revision)) })),
  { what: 'capabilities', line: rpc('initialize', hello('2025-11-25', { capabilities: offers })) },
  {
    what: 'a title',
    line: rpc('initialize', hello('2025-11-25', { clientInfo: { name: 'a', title: 'A', version: '1' } })),
  },
  {
    what: 'an id that is a text',
    line: JSON.stringify({ jsonrpc: '2.0', id: 'a"b', method: 'initialize', params: hello('2025-06-18') }),
  },
])('$what is greeted as the SDK would, byte for byte', async ({ line }) => {
  const ends = pipes();
  ends.stdin.write(`${line}\n`);
  const greeting = await greetEarly(ends.stdin, ends.stdout, version);
  expect(greeting?.id).toBe(JSON.parse(line).id);
  expect(ends.lines()).toEqual([await answerOfSdk(line)]);
});

test('the revisions greeted are those the SDK agrees to', () => {
  expect([...greetedRevisions].sort()).toEqual([...SUPPORTED_PROTOCOL_VERSIONS].sort());
});

test('after the greeting the SDK serves the connection as if it had answered itself', async () => {
  const ends = pipes();
  const call = rpc('tools/call', { name: 'run_query', arguments: { sql: 'select 1' } }, 2);
  const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  ends.stdin.write(`${rpc('initialize', hello('2025-06-18'), 1)}\n${initialized}\n`);
  const greeting = await greetEarly(ends.stdin, ends.stdout, version);
  const recorded = serve(ends, greeting);
  ends.stdin.write(`${call}\n${rpc('ping', {}, 1)}\n`);
  await vi.waitFor(() => expect(ends.lines()).toHaveLength(3), patience);
  const answers = ends.lines().map((line): { id: number; result: object } => JSON.parse(line));
  expect(answers.map(({ id }) => id).sort()).toEqual([1, 1, 2]); // the greeting, the ping that bears its id again, the call
  expect(answers.filter(({ result }) => 'serverInfo' in result)).toHaveLength(1);
  expect(recorded.requests[0]?.call).toMatchObject({ client: { name: 'raw' }, mcp: { protocol: '2025-06-18' } });
});

const initialize = rpc('initialize', hello('2025-06-18'));

test.each([
  { what: 'a revision nobody knows', sent: `${rpc('initialize', hello('2031-01-01'))}\n` },
  { what: 'the current revision', sent: `${rpc('initialize', hello('2026-07-28'))}\n` },
  { what: 'no client', sent: `${rpc('initialize', { protocolVersion: '2025-06-18', capabilities: {} })}\n` },
  {
    what: 'a client without a version',
    sent: `${rpc('initialize', hello('2025-06-18', { clientInfo: { name: 'a' } }))}\n`,
  },
  {
    what: 'capabilities of an unknown kind',
    sent: `${rpc('initialize', hello('2025-06-18', { capabilities: { odd: 1 } }))}\n`,
  },
  { what: '_meta', sent: `${rpc('initialize', hello('2025-06-18', { _meta: {} }))}\n` },
  { what: 'a fraction as id', sent: `${JSON.stringify({ ...JSON.parse(initialize), id: 1.5 })}\n` },
  { what: 'a batch', sent: `[${initialize}]\n` },
  { what: 'another method', sent: `${rpc('ping')}\n` },
  { what: 'half a line', sent: initialize },
  { what: 'no JSON', sent: 'hello\n' },
])('$what is left to the SDK, whole', async ({ sent }) => {
  const ends = pipes();
  ends.stdin.write(sent);
  expect(await greetEarly(ends.stdin, ends.stdout, version)).toBeUndefined();
  expect(ends.lines()).toEqual([]);
  expect(String(ends.stdin.read())).toBe(sent);
});

test('a client that says nothing yet is not waited for, and an end is still an end', async () => {
  const silent = pipes();
  expect(await greetEarly(silent.stdin, silent.stdout, version)).toBeUndefined();
  const ended = pipes();
  ended.stdin.end(`${initialize}\n`);
  expect(await greetEarly(ended.stdin, ended.stdout, version)).toEqual({ id: 1 });
  serve(ended, { id: 1 });
  await server?.closed;
  expect(ended.lines()).toHaveLength(1);
});
