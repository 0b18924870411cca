/** What a collector is told of calls, by the product as it runs, and what nobody is told. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tracer } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTraces } from '../../src/observability/traces.ts';
import { freePort } from '../support/cluster.ts';
import { connectClient, type TestClient } from '../support/mcp-client.ts';
import { type CollectedSpan, type Collector, startCollector } from '../support/otlp-collector.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, entry, passwordVariable, startServer, type Workspace, workspace } from '../support/product.ts';

const span = 'b7ad6b7169203331';
/** A trace of its own for each call that is made below. */
const traces = {
  first: '1af7651916cd43dd8448eb211c80319c',
  again: '2af7651916cd43dd8448eb211c80319c',
  denied: '3af7651916cd43dd8448eb211c80319c',
  unreadable: '4af7651916cd43dd8448eb211c80319c',
  failing: '5af7651916cd43dd8448eb211c80319c',
  header: '6af7651916cd43dd8448eb211c80319c',
  unsampled: '7af7651916cd43dd8448eb211c80319c',
  explained: '8af7651916cd43dd8448eb211c80319c',
  tables: '9af7651916cd43dd8448eb211c80319c',
  nowhere: 'aaf7651916cd43dd8448eb211c80319c',
  listed: 'baf7651916cd43dd8448eb211c80319c',
} as const;

let database: TestDatabase;
let place: Workspace;
let collector: Collector;
let spans: readonly CollectedSpan[];
let exitCode: number | null;

beforeAll(async () => {
  database = await testDatabase({
    seed: "CREATE TABLE public.zebras AS SELECT 1 AS stripes, 'grevy_teeth' AS kind; CREATE TABLE public.ghosts AS SELECT 1 AS chains",
  });
  collector = await startCollector();
  place = await served(database, collector.url);
  const server = await startServer(place.config, {
    [passwordVariable]: database.password,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer collector-token',
  });
  const client = await connectClient(server.url);
  await callEverything(client, server.url);
  await client.close();
  exitCode = await server.stop(); // the last spans are sent on the way down
  spans = collector.spans();
});

afterAll(async () => {
  await collector?.close();
  await database?.drop();
  await place?.remove();
});

function served(on: TestDatabase, otlp: string): Promise<Workspace> {
  return workspace({
    config: [
      `tracing: { otlp: "${otlp}" }`,
      'server: { auth: { mode: none, principal: alice_the_caller, roles: [analyst] } }',
      'databases:',
      directDatabase('main', on),
    ].join('\n'),
    policies: { 'default.csv': 'p, analyst, *, public.zebras, select, allow' },
  });
}

async function callEverything({ client }: TestClient, url: string): Promise<void> {
  const call = (trace: string, sql: string, flags = '01', more: object = {}, name = 'run_query') =>
    client.callTool({
      name,
      arguments: { ...(sql === '' ? {} : { sql }), ...more },
      _meta: { traceparent: `00-${trace}-${span}-${flags}`, tracestate: 'vendor=carried' },
    });
  const zebras = "SELECT stripes FROM zebras WHERE kind = 'grevy_teeth'";
  await call(traces.first, zebras);
  await call(traces.again, zebras);
  await call(traces.denied, "SELECT chains FROM ghosts WHERE chains::text = 'secret_0815'");
  await call(traces.unreadable, "SELEKT 'secret_0815'");
  await call(traces.failing, "SELECT 1 / (stripes - 1) AS secret_0815 FROM zebras WHERE kind <> 'secret_0815'");
  await call(traces.unsampled, zebras, '00');
  await call(traces.explained, zebras, '01', {}, 'explain_query');
  await call(traces.tables, '', '01', {}, 'list_tables');
  await call(traces.listed, '', '01', {}, 'list_databases');
  await call(traces.nowhere, zebras, '01', { database_id: 'secret_0815' });
  await post(url, `00-${traces.header}-${span}-01`, zebras);
}

/** One request of the current kind without `_meta` of a trace, which its header names. */
async function post(url: string, traceparent: string, sql: string): Promise<void> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: 'run_query', arguments: { sql }, _meta: meta };
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'run_query',
      traceparent,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  expect(await answer.text()).toContain('"row_count":1');
}

const inOrder = (some: readonly CollectedSpan[]) => [...some].sort((a, b) => (a.start < b.start ? -1 : 1));
const callOf = (trace: string) => {
  const found = spans.filter((one) => one.traceId === trace && one.parentSpanId === span);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} spans of a call`);
  return only;
};
const below = ({ spanId }: CollectedSpan) => inOrder(spans.filter(({ parentSpanId }) => parentSpanId === spanId));
const namesBelow = (trace: string) => below(callOf(trace)).map(({ name }) => name);
const failedBelow = (trace: string) =>
  below(callOf(trace))
    .filter(({ failed }) => failed)
    .map(({ name }) => name);

const admitted = ['resolve', 'parse', 'references', 'authorize', 'intent'];

test('a call is a span in the trace of its client, with one span for each stage of the corridor', () => {
  const call = callOf(traces.again);
  expect(call).toMatchObject({ name: 'tools/call run_query', failed: false, traceState: 'vendor=carried' });
  expect(call.attributes).toEqual({
    'pgwarden.tool': 'run_query',
    'pgwarden.database': 'main',
    'pgwarden.outcome': 'ok',
    'db.response.returned_rows': 1,
    'pgwarden.queue.duration': expect.any(Number),
    'pgwarden.connect.duration': expect.any(Number),
  });
  expect(namesBelow(traces.again)).toEqual([...admitted, 'execute', 'outcome']);
});

test('a listing of databases, which asks none of them, is a span too', () => {
  expect(callOf(traces.listed)).toMatchObject({
    name: 'tools/call list_databases',
    attributes: { 'pgwarden.database': '_broker', 'pgwarden.outcome': 'ok', 'db.response.returned_rows': 1 },
  });
});

test('stages follow one another inside their call', () => {
  const call = callOf(traces.again);
  const times = below(call).flatMap(({ start, end }) => [start, end]);
  expect(times.filter((time) => time < call.start || time > call.end)).toEqual([]);
  expect(times.filter((time, index) => time < (times[index - 1] ?? 0n))).toEqual([]);
});

test('a header of HTTP names the trace where the message does not', () => {
  expect(callOf(traces.header).attributes).toMatchObject({ 'pgwarden.outcome': 'ok' });
});

test('the audit log keeps the trace of a call, and nothing else of it', () => {
  const logged = readdirSync(place.auditDirectory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(join(place.auditDirectory, path), 'utf8').split('\n').filter(Boolean))
    .map((line): Record<string, unknown> => JSON.parse(line));
  for (const id of [traces.first, traces.header, traces.unsampled])
    expect(logged.map((record) => record['trace'])).toContainEqual({ id, span });
});

test('the reads of a catalog are calls below the stage that waited for them', () => {
  const references = below(callOf(traces.first)).find(({ name }) => name === 'references');
  const reads = references === undefined ? [] : below(references);
  expect(reads.length).toBeGreaterThan(0);
  expect(new Set(reads.map(({ name }) => name))).toEqual(new Set(['catalog']));
  expect(reads.flatMap(below).map(({ name }) => name)).toContain('execute');
});

test('a refused call ends where it was refused, with its code', () => {
  expect(callOf(traces.denied)).toMatchObject({ failed: true, attributes: { 'pgwarden.database': 'main' } });
  expect(namesBelow(traces.denied).at(-1)).toBe('refusal');
  expect(failedBelow(traces.denied)).toHaveLength(1);
  expect(namesBelow(traces.denied)).not.toContain('execute');
  expect(namesBelow(traces.unreadable)).toEqual(['resolve', 'parse', 'refusal']);
  expect(failedBelow(traces.unreadable)).toEqual(['parse']);
  expect(callOf(traces.unreadable).attributes['pgwarden.outcome']).toBe('STATEMENT_UNPARSABLE');
});

test('a database that is not configured has no name', () => {
  expect(callOf(traces.nowhere).attributes['pgwarden.database']).toBe('_unknown');
  expect(namesBelow(traces.nowhere)).toEqual(['resolve', 'refusal']);
});

test('a statement that fails in the database fails in its stage', () => {
  expect(failedBelow(traces.failing)).toEqual(['execute']);
  expect(namesBelow(traces.failing)).toEqual([...admitted, 'execute', 'outcome']);
});

test('a listing shows that it was answered from the catalog', () => {
  expect(namesBelow(traces.tables)).toEqual([...admitted, 'view', 'outcome']);
});

test('a client that does not sample its trace gets no spans', () => {
  expect(collector.text()).not.toContain(traces.unsampled);
});

test('nothing of a statement, a database or a person is sent', () => {
  const sent = collector.text();
  expect(sent).toContain(traces.first);
  const secret = /select|zebra|stripes|grevy|kind_|ghost|chains|secret_0815|teeth|alice|analyst|127\.0\.0\.1/i;
  expect(sent.match(secret)?.[0]).toBeUndefined();
  expect(sent).not.toContain(database.database);
});

test('the collector is told the token of the environment, and everything before the process ends', () => {
  expect(new Set(collector.tokens())).toEqual(new Set(['Bearer collector-token']));
  expect(exitCode).toBe(0);
});

test('a collector that is down changes nothing for the caller, and is reported once', async () => {
  const down = await served(database, `http://127.0.0.1:${await freePort()}/v1/traces`);
  const server = await startServer(down.config, { [passwordVariable]: database.password });
  try {
    const client = await connectClient(server.url);
    const answer = await client.call('run_query', { sql: 'SELECT stripes FROM zebras' });
    expect(answer.structured).toMatchObject({ row_count: 1 });
    await client.close();
  } finally {
    expect(await server.stop()).toBe(0);
    await down.remove();
  }
  expect(server.stderr().match(/traces are lost/g)).toHaveLength(1);
});

test('what a tracer throws reaches no call, and is told once', () => {
  const faults: unknown[] = [];
  const fault = new Error('no span today');
  const throwing: Tracer = {
    startSpan() {
      throw fault;
    },
    startActiveSpan() {
      throw fault;
    },
  };
  const { begin, enter, end } = createTraces(throwing, (thrown) => faults.push(thrown));
  const call = {
    id: 'a',
    tool: 'run_query',
    principal: { id: 'a', kind: 'human', auth: 'none', roles: [] },
    client: {},
    transport: 'stdio',
  } as const;
  const parameters = { style: 'positional', values: [] } as const;
  const statement = { from: 'caller', sql: 'SELECT 1', parameters } as const;
  const request = { call, databaseId: 'main', action: 'select', statement, intent: 'read' } as const;
  begin(request, 'main');
  begin({ ...request }, 'main');
  enter(request, 'resolve');
  end(request, { outcome: 'ok' });
  expect(faults).toEqual([fault]);
});

test('a server without traces loads nothing of OpenTelemetry', () => {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/(?:from|import)"(\.[^"]+\.js)"/g)) load(join(dirname(file), target ?? ''));
  };
  load(entry);
  const holding = (file: string) => readFileSync(file, 'utf8').includes('OTLPTraceExporter');
  expect([...loaded].filter(holding)).toEqual([]);
  const chunks = join(dirname(entry), 'chunks');
  expect(readdirSync(chunks).filter((name) => name.endsWith('.js') && holding(join(chunks, name)))).toHaveLength(1);
});
