/** The original design's configuration: a cluster behind the Data API and a direct one with its login in Secrets Manager. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { ProgressCallback } from '@modelcontextprotocol/sdk/shared/protocol.js';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { FaultAction } from '../../src/emulator/faults.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { connectClient, type TestClient } from '../support/mcp-client.ts';
import { entry, type RunningServer, startServer, type Workspace, workspace } from '../support/product.ts';
import { addCluster, emulatorEnvironment } from '../support/rds-emulator/emulated.ts';

const design = `
default_database: "primary"
databases:
  primary:
    type: "rds_data_api"
    resource_arn: "arn:aws:rds:region:account:cluster:primary"
    secret_arn: "arn:aws:secretsmanager:region:account:secret:primary"
    database: "production"
    region: "us-west-2"
    readonly: true
  analytics:
    type: "direct_postgres"
    hostname: "analytics.company.com"
    port: 5432
    secret_arn: "arn:aws:secretsmanager:region:account:secret:analytics"
    database: "warehouse"
    region: "us-west-2"
    readonly: true
`;

const seeds = {
  production: `CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE orders (id int PRIMARY KEY, customer text, placed timestamptz, lasting interval, feeling mood);
    COMMENT ON TABLE orders IS 'what was sold'; CREATE TABLE secrets (id int, hidden text);
    INSERT INTO orders SELECT i, 'c' || i, timestamptz '2024-01-01 00:00+00', interval '1 day', 'ok' FROM generate_series(1, 20) AS i`,
  warehouse: `CREATE TABLE facts (id int PRIMARY KEY, amount numeric); INSERT INTO facts VALUES (1, 1.5)`,
};

let cluster: Cluster;
let emulator: Emulator;
let files: Workspace;
let server: RunningServer;
let client: TestClient;

async function prepare(database: string, seed: string): Promise<void> {
  const { host, port, superuser: user, password } = cluster;
  const admin = new pg.Client({ host, port, user, password, database: 'postgres', ssl: false });
  await admin.connect();
  await admin.query(`CREATE ROLE owner_of_${database} LOGIN PASSWORD 'of ${database}'`);
  await admin.query(`CREATE DATABASE ${database} OWNER owner_of_${database}`);
  await admin.end();
  const owner = new pg.Client({
    host,
    port,
    user: `owner_of_${database}`,
    password: `of ${database}`,
    database,
    ssl: false,
  });
  await owner.connect();
  await owner.query(seed);
  await owner.end();
}

const login = (database: string) => JSON.stringify({ username: `owner_of_${database}`, password: `of ${database}` });

beforeAll(async () => {
  cluster = await startCluster();
  await Promise.all(Object.entries(seeds).map(([database, seed]) => prepare(database, seed)));
  emulator = await startEmulator();
  const arn = 'arn:aws:rds:region:account:cluster:primary';
  addCluster(emulator, arn, cluster);
  const described = { identifier: 'primary', engine: 'aurora-postgresql', endpoint: 'none', port: 5432, tags: {} };
  emulator.described.push({ ...described, arn, httpEndpointEnabled: true, iamEnabled: false });
  emulator.secrets.put('arn:aws:secretsmanager:region:account:secret:primary', login('production'));
  emulator.secrets.put('arn:aws:secretsmanager:region:account:secret:analytics', login('warehouse'));
  const added = `
defaults: { ssl: disable, aws: { endpoint: "${emulator.url}" } }
stdio: { principal: alice, roles: [analyst] }
server: { auth: { mode: none, principal: alice, roles: [analyst] } }
`;
  const config = design.replace('analytics.company.com', cluster.host).replace('5432', String(cluster.port)) + added;
  const policy = 'p, analyst, *, public.orders, select, allow\np, analyst, *, public.facts, select, allow\n';
  files = await workspace({ config, policies: { 'default.csv': policy } });
  server = await startServer(files.config, emulatorEnvironment);
  client = await connectClient(server.url);
});

const faults: readonly (readonly [string, FaultAction])[] = [
  ['BeginTransaction', { kind: 'html', status: 502 }],
  ['BeginTransaction', { kind: 'reset', when: 'before' }],
  ['ExecuteStatement', { kind: 'error', code: 'InternalServerErrorException' }],
  ['ExecuteStatement', { kind: 'reset', when: 'after' }],
  ['ExecuteStatement', { kind: 'empty' }],
];

const settled = () => vi.waitFor(() => expect(emulator.transactions.count).toBe(0), 10_000);

beforeEach(async () => {
  await settled();
  emulator.faults.clear();
  emulator.forgetCalls();
});

afterAll(async () => {
  await client.close();
  await server.stop();
  await emulator.close();
  await cluster.stop();
  await files.remove();
});

const rowsOf = (structured: Readonly<Record<string, unknown>>) => structured['rows'];

describe('over HTTP', () => {
  test('both databases answer, the default one without being named', async () => {
    const first = await client.call('run_query', {
      sql: 'SELECT id, lasting, feeling, placed FROM orders ORDER BY id LIMIT 1',
    });
    expect(rowsOf(first.structured)).toEqual([
      { id: 1, lasting: 'P1D', feeling: 'ok', placed: '2024-01-01T00:00:00Z' },
    ]);
    await settled();
    // two texts of the catalog and the query, at four requests each; one more for the names in a type of its own
    const kinds = emulator.calls.filter(({ service }) => service === 'rds-data').map(({ operation }) => operation);
    expect(kinds.filter((operation) => operation === 'BeginTransaction')).toHaveLength(3);
    expect(kinds).toHaveLength(13);
    const second = await client.call('run_query', { sql: 'SELECT amount FROM facts', database_id: 'analytics' });
    expect(rowsOf(second.structured)).toEqual([{ amount: 1.5 }]);
  });

  test('what the policy does not permit is refused before the service is asked', async () => {
    const refused = await client.call('run_query', { sql: 'SELECT hidden FROM secrets' });
    expect(refused.isError).toBe(true);
    expect(emulator.calls.filter((call) => call.sql?.includes('hidden'))).toEqual([]);
  });

  test('parameters travel in both forms', async () => {
    const positional = await client.call('run_query', {
      sql: 'SELECT id FROM orders WHERE id = $1',
      query_parameters: [7],
    });
    expect(rowsOf(positional.structured)).toEqual([{ id: 7 }]);
    const named = await client.call('run_query', {
      sql: 'SELECT id FROM orders WHERE id = :id AND customer = :who',
      query_parameters: [
        { name: 'id', value: { longValue: 7 } },
        { name: 'who', value: { stringValue: 'c7' } },
      ],
    });
    expect(rowsOf(named.structured)).toEqual([{ id: 7 }]);
  });

  test('a warm query costs four requests; nothing of the catalog is read again', async () => {
    await client.call('run_query', { sql: 'SELECT id FROM orders WHERE id < 3' });
    await settled();
    emulator.forgetCalls();
    await client.call('run_query', { sql: 'SELECT id FROM orders WHERE id < 4' });
    await settled();
    expect(emulator.calls.map((call) => call.operation)).toEqual([
      'BeginTransaction',
      'ExecuteStatement',
      'ExecuteStatement',
      'RollbackTransaction',
    ]);
  });

  test('a table is described over the Data API as over the wire', async () => {
    const described = await client.call('get_table_schema', { table_name: 'orders' });
    expect(described.isError).toBe(false);
    expect(JSON.stringify(described.structured)).toContain('"placed"');
    const health = await client.call('health_check', {});
    expect(health.isError).toBe(false);
  });

  test('a sleeping cluster is left alone until a caller comes, who is waited with', async () => {
    expect(emulator.calls).toEqual([]);
    const paused = emulator.clusters.get('arn:aws:rds:region:account:cluster:primary');
    if (paused !== undefined) paused.resuming = 1;
    const answer = await client.call('run_query', { sql: 'SELECT count(*) AS n FROM orders' });
    expect(rowsOf(answer.structured)).toEqual([{ n: 20 }]);
    expect(emulator.calls[0]?.error).toBe('DatabaseResumingException');
  });
});

test('a client that asked for progress is told that the database is waking up, the catalog’s reading included', async () => {
  const told: (readonly [number, string | undefined])[] = [];
  const onprogress: ProgressCallback = ({ progress, message }) => void told.push([progress, message]);
  const paused = emulator.clusters.get('arn:aws:rds:region:account:cluster:primary');
  if (paused !== undefined) paused.resuming = 2;
  const asked = { name: 'run_query', arguments: { sql: 'SELECT count(*) AS n FROM orders' } };
  const answer = await client.client.callTool(asked, undefined, { onprogress, timeout: 60_000 });
  expect(answer.structuredContent).toMatchObject({ rows: [{ n: 20 }] });
  const says = expect.stringContaining('waking up from a pause');
  expect(told).toEqual([
    [1, says],
    [2, says],
  ]);
});

/** Every line of the audit log, in no particular order. */
async function records(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const paths = await readdir(files.auditDirectory, { recursive: true });
  const segments = await Promise.all(
    paths.filter((path) => path.endsWith('.jsonl')).map((path) => readFile(join(files.auditDirectory, path), 'utf8')),
  );
  return segments
    .flatMap((text) => text.split('\n').filter(Boolean))
    .map((line): Record<string, unknown> => JSON.parse(line));
}

test('every call leaves its records, whatever the service does', async () => {
  const resourceArn = 'arn:aws:rds:region:account:cluster:primary';
  const fault = (operation: string, action: FaultAction) =>
    emulator.faults.inject({ resourceArn, operation, times: 1, action });
  const call = (value: number) => client.call('run_query', { sql: `SELECT id FROM orders WHERE id = ${value}` });
  const answers: (string | undefined)[] = [];
  for (const [index, [operation, action]] of faults.entries()) {
    fault(operation, action);
    answers.push((await call(index)).code, (await call(index)).code);
  }
  expect(answers.map((code) => code === undefined)).toEqual(faults.flatMap(() => [false, true]));
  const lines = await records();
  const callsOf = (type: string) => lines.filter((line) => line['type'] === type).map((line) => line['call']);
  const permitted = lines.filter((line) => line['type'] === 'intent' && JSON.stringify(line).includes('"eff":"allow"'));
  expect(permitted.length).toBeGreaterThan(2 * faults.length);
  const outcomes = new Set(callsOf('outcome'));
  expect(permitted.filter((line) => !outcomes.has(line['call']))).toEqual([]);
  expect(outcomes.size).toBe(callsOf('outcome').length);
});

/** The database first, then the secret: as Secrets Manager does it. */
async function rotate(database: string, secret: string): Promise<void> {
  const { host, port, superuser: user, password } = cluster;
  const admin = new pg.Client({ host, port, user, password, database: 'postgres', ssl: false });
  await admin.connect();
  await admin.query(`ALTER ROLE owner_of_${database} PASSWORD 'rotated'`);
  emulator.secrets.put(secret, JSON.stringify({ username: `owner_of_${database}`, password: 'rotated' }));
  await admin.end();
}

describe('a secret rotated under a load', () => {
  const secretOf = (name: string) => `arn:aws:secretsmanager:region:account:secret:${name}`;
  const bases = [
    { database_id: 'primary', database: 'production', secret: secretOf('primary'), relation: 'orders', readings: 0 },
    { database_id: 'analytics', database: 'warehouse', secret: secretOf('analytics'), relation: 'facts', readings: 1 },
  ];

  test.each(bases)(
    'costs $database_id no call but those its database refused, and leaves all of them on record',
    async (one) => {
      const mark = `rotation of ${one.database}`;
      const codes: (string | undefined)[] = [];
      const ask = async () => {
        const sql = `SELECT count(*) AS n FROM ${one.relation}`;
        codes.push((await client.call('run_query', { sql, database_id: one.database_id, purpose: mark })).code);
      };
      const line = async (calls: number) => {
        for (let count = 0; count < calls; count++) await ask();
      };
      await ask(); // sessions of before
      const load = [line(12)];
      await vi.waitFor(() => expect(codes.length).toBeGreaterThan(2), { timeout: 20_000, interval: 5 });
      await rotate(one.database, one.secret);
      load.push(line(12), line(12), line(12)); // these need sessions of their own: the secret known is no longer good
      await Promise.all(load);

      const refused = emulator.calls.filter(
        ({ operation, error }) => operation === 'BeginTransaction' && error !== undefined,
      );
      const failed = codes.filter((code) => code !== undefined);
      expect(codes).toHaveLength(49);
      expect(failed.filter((code) => code !== 'BACKEND_UNAVAILABLE')).toEqual([]);
      expect(failed.length).toBeLessThanOrEqual(refused.length); // over the wire none: nothing was refused there but is asked again
      // the service reads its secret itself; pgwarden reads the other one anew, once for all who were refused
      expect(emulator.calls.filter(({ operation }) => operation === 'GetSecretValue')).toHaveLength(one.readings);
      const lines = await records();
      const intents = lines
        .filter(({ type, purpose }) => type === 'intent' && purpose === mark)
        .map(({ call }) => call);
      const outcomes = new Set(lines.filter(({ type }) => type === 'outcome').map(({ call }) => call));
      expect(intents).toHaveLength(49);
      expect(intents.filter((call) => !outcomes.has(call))).toEqual([]);
    },
  );
});

test('over stdio the same file serves the same answers', async () => {
  const stdio = new Client({ name: 'test', version: '1' });
  const env = { PATH: process.env['PATH'] ?? '', HOME: files.directory, ...emulatorEnvironment };
  await stdio.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [entry, 'serve', '--config', files.config],
      env,
      stderr: 'ignore',
    }),
  );
  for (const [database_id, sql, rows] of [
    ['primary', 'SELECT id FROM orders WHERE id = 3', [{ id: 3 }]],
    ['analytics', 'SELECT id FROM facts', [{ id: 1 }]],
  ] as const) {
    const answer = await stdio.callTool({ name: 'run_query', arguments: { sql, database_id } });
    expect(answer.structuredContent).toMatchObject({ rows });
  }
  await stdio.close();
});

test('doctor examines both: whom AWS takes it for, the secrets, the Data API, and the role behind it', async () => {
  const { execFile } = await import('node:child_process');
  const env = { PATH: process.env['PATH'] ?? '', HOME: files.directory, ...emulatorEnvironment };
  const run = (...args: string[]) =>
    new Promise<string>((done) => {
      execFile(process.execPath, [entry, 'doctor', '--config', files.config, ...args], { env }, (_, out) => done(out));
    });
  const { databases } = JSON.parse(await run('--json'));
  const known = { region: 'us-west-2', identity: 'arn:aws:iam::123456789012:user/emulator', secret_usable: true };
  expect(databases).toMatchObject([
    { id: 'primary', status: 'examined', role: 'owner_of_production', aws: { ...known, data_api_enabled: true } },
    { id: 'analytics', status: 'examined', role: 'owner_of_warehouse', aws: { ...known, data_api_enabled: null } },
  ]);
  expect(databases[0].findings.map(({ code }: { code: string }) => code)).toContain('owner');
  expect(await run('--database', 'primary')).toMatch(
    /\n {2}aws +arn:aws:iam.*, us-west-2, secret usable, Data API enabled\n/,
  );
});

test('the design’s own file, with nothing added, is checked and named for what it lacks', async () => {
  await writeFile(`${files.directory}/design.yaml`, design);
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    entry,
    'check',
    '--config',
    `${files.directory}/design.yaml`,
  ]);
  expect(stdout + stderr).toMatch(/warning|placeholder/i);
});
