/** Clients of older servers keep working: their flags become a configuration, and their calls are answered in the shapes they know. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { runCli } from '../cli/run-cli.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { entry, startServer } from '../support/product.ts';
import { addCluster, emulatorEnvironment } from '../support/rds-emulator/emulated.ts';
import { connectionArguments, type RecordedCall, recordedCalls } from './recorded-calls.ts';

const cluster = 'arn:aws:rds:eu-west-1:123456789012:cluster:primary';
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:primary';
const seed = `CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'Ada'), (2, 'Grace');
  CREATE TABLE notes (id int PRIMARY KEY, author int REFERENCES users);
  INSERT INTO notes SELECT n, 1 FROM generate_series(1, 20000) n; ANALYZE`;

let database: TestDatabase;
let emulator: Emulator;
let directory: string;

beforeAll(async () => {
  [database, emulator] = await Promise.all([testDatabase({ seed }), startEmulator()]);
  directory = await mkdtemp(join(tmpdir(), 'pgwarden old ways '));
  addCluster(emulator, cluster, database);
  emulator.secrets.put(secret, JSON.stringify({ username: database.user, password: database.password }));
});
afterAll(async () => {
  await emulator.close();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

const environment = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...emulatorEnvironment };

/** The file `migrate` prints for old flags, with a policy, and with the test's endpoint for that of AWS. */
async function migrated(name: string, flags: readonly string[]): Promise<string> {
  const { code, stdout } = await runCli(['migrate', '--', ...flags]);
  expect(code).toBe(0);
  const place = await mkdtemp(join(directory, `${name}-`));
  const file = join(place, 'config.yaml');
  await writeFile(file, `${stdout}\ndefaults: { ssl: disable, aws: { endpoint: "${emulator.url}" } }\n`);
  expect(await runCli(['policy', 'init', '--config', file, '--principal', 'old', '--schema', 'public'])).toMatchObject({
    code: 0,
  });
  const policy = join(place, 'policies/default.csv');
  await writeFile(policy, `${await readFile(policy, 'utf8')}p, reader, *, @statistics, select, allow\n`);
  await writeFile(
    file,
    `${await readFile(file, 'utf8')}stdio: { principal: old }\nserver: { auth: { mode: none, principal: old } }\n`,
  );
  return file;
}

async function overStdio(file: string): Promise<Client> {
  const client = new Client({ name: 'old', version: '1' });
  const args = [entry, '--config', file];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, env: environment, stderr: 'ignore' }),
  );
  return client;
}

async function replay(client: Client, { name, arguments: given, rows, answer }: RecordedCall): Promise<void> {
  const got = await client.callTool({ name, arguments: { ...given } });
  const [first] = Array.isArray(got.content) ? got.content : [];
  const said = `${name} ${JSON.stringify(given)}: ${first?.text}`;
  expect(got.isError ?? false, said).toBe(false);
  if (rows !== undefined) expect(JSON.parse(first.text), said).toEqual(rows); // the first block is the rows and nothing else
  if (answer !== undefined) expect(got.structuredContent, said).toMatchObject(answer);
}

const flags = {
  direct: () => [
    '--hostname',
    '127.0.0.1',
    '--port',
    String(database.port),
    '--secret_arn',
    secret,
    '--database',
    database.database,
    '--region',
    'eu-west-1',
    '--readonly',
    'true',
  ],
  dataApi: () => ['--resource-arn', cluster, '--secret-arn', secret, '--database', database.database],
  wire11: () => [
    ...[
      '--connection_method',
      'PG_WIRE_PROTOCOL',
      '--db_type',
      'APG',
      '--db_endpoint',
      '127.0.0.1',
      '--port',
      String(database.port),
    ],
    ...['--secret_arn', secret, '--database', database.database, '--region', 'eu-west-1'],
  ],
  dataApi11: () => [
    '--connection_method',
    'RDS_API',
    '--db_cluster_arn',
    cluster,
    '--secret_arn',
    secret,
    '--database',
    database.database,
  ],
};

describe('flags of the original design', () => {
  test('a host: every recorded call over stdio', async () => {
    const client = await overStdio(await migrated('direct', flags.direct()));
    for (const call of recordedCalls) await replay(client, call);
    await client.close();
  });

  test('a cluster behind the Data API: every recorded call over HTTP', async () => {
    const server = await startServer(await migrated('data-api', flags.dataApi()), emulatorEnvironment);
    onTestFinished(async () => void (await server.stop('SIGKILL')));
    const client = new Client({ name: 'old', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    for (const call of recordedCalls) await replay(client, call);
    await client.close();
  });
});

describe('flags of version 1.1 of the AWS server', () => {
  test.each(['wire11', 'dataApi11'] as const)('%s: rows in the shape they had', async (kind) => {
    const client = await overStdio(await migrated(kind, flags[kind]()));
    const [call] = recordedCalls;
    if (call !== undefined) await replay(client, call);
    await client.close();
  });

  test('arguments that choose a connection are refused by name, never passed over', async () => {
    const client = await overStdio(await migrated('arguments', flags.wire11()));
    for (const name of connectionArguments) {
      const got = await client.callTool({ name: 'run_query', arguments: { sql: 'SELECT 1', [name]: 'elsewhere' } });
      expect(got.structuredContent).toMatchObject({
        error: { code: 'REQUEST_INVALID', message: expect.stringContaining(name) },
      });
    }
    await client.close();
  });
});
