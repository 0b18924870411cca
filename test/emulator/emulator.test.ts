/** The emulator, spoken to with the unmodified AWS SDK: each behaviour its README claims. */

import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, emulatorKey, startEmulator } from '../../src/emulator/emulator.ts';
import { rewritePlaceholders } from '../../src/emulator/placeholders.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { addCluster } from '../support/rds-emulator/emulated.ts';

const resourceArn = 'arn:aws:rds:us-west-2:123456789012:cluster:one';
const secretArn = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:one';

let database: TestDatabase;
let emulator: Emulator;
let client: RDSDataClient;

const clientFor = (secretAccessKey: string) =>
  new RDSDataClient({
    region: 'us-west-2',
    endpoint: emulator.url,
    credentials: { accessKeyId: emulatorKey.accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });

beforeAll(async () => {
  database = await testDatabase({
    seed: `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE items (id int PRIMARY KEY, name text)`,
  });
  emulator = await startEmulator({ times: { idle: 300, statement: 2000 } });
  addCluster(emulator, resourceArn, database);
  client = clientFor(emulatorKey.secretAccessKey);
});

beforeEach(() => {
  emulator.faults.clear();
  emulator.secrets.put(secretArn, JSON.stringify({ username: database.user, password: database.password }));
});

afterAll(async () => {
  client.destroy();
  await emulator.close();
  await database.drop();
});

const base = () => ({ resourceArn, secretArn, database: database.database });
const execute = (sql: string, more: Partial<ExecuteStatementCommandInput> = {}) =>
  client.send(new ExecuteStatementCommand({ ...base(), sql, includeResultMetadata: true, ...more }));
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => ({ name: 'none', message: '' }),
    (error: Error) => ({ name: error.name, message: error.message }),
  );

describe('requests', () => {
  test('a request whose signature is wrong is not served', async () => {
    const forged = clientFor('another-secret');
    const refused = failure(forged.send(new ExecuteStatementCommand({ ...base(), sql: 'SELECT 1' })));
    expect(await refused).toMatchObject({ name: 'InvalidSignatureException' });
    forged.destroy();
  });

  test('two statements, a schema, an array parameter and a long text are refused by validation', async () => {
    const array = [{ name: 'a', value: { arrayValue: { stringValues: ['x'] } } }];
    expect(await failure(execute('SELECT 1; SELECT 2'))).toEqual({
      name: 'ValidationException',
      message: "Multistatements aren't supported.",
    });
    expect(await failure(execute('SELECT 1', { schema: 'public' }))).toMatchObject({ name: 'ValidationException' });
    expect(await failure(execute('SELECT :a', { parameters: array }))).toMatchObject({
      message: 'Array parameters are not supported',
    });
    expect(await failure(execute(`SELECT 1 ${' '.repeat(65_536)}`))).toMatchObject({ name: 'ValidationException' });
  });

  test('placeholders are rewritten with the known faults: dollar quotes and slices are searched, strings are not', () => {
    expect(rewritePlaceholders(`SELECT ':a', ":b", E'\\':c', x::int /* :d */ -- :e`).names).toEqual([]);
    expect(rewritePlaceholders('SELECT $$a :b c$$').sql).toBe('SELECT $$a $1 c$$');
    expect(rewritePlaceholders('SELECT a[1:2]').sql).toBe('SELECT a[1$1]');
    expect(rewritePlaceholders('SELECT :u, :u').sql).toBe('SELECT $1, $2');
  });

  test('a string parameter is typed text, as the service types it', async () => {
    const parameters = [{ name: 'p', value: { stringValue: '1' } }];
    const refused = await failure(execute('SELECT 1 WHERE 1 = :p', { parameters }));
    expect(refused.message).toMatch(
      /operator does not exist: integer = text; Hint: .*; Position: \d+; SQLState: 42883/,
    );
  });

  test('a long parameter keeps its digits', async () => {
    const parameters = [{ name: 'p', value: { longValue: 9007199254740993n as unknown as number } }];
    const { records } = await execute('SELECT (:p)::text', { parameters });
    expect(records).toEqual([[{ stringValue: '9007199254740993' }]]);
  });
});

describe('answers', () => {
  test('values come as the service forms them', async () => {
    const { records, columnMetadata } = await execute(
      `SELECT 1::int4, 9007199254740993::int8, 1.50::numeric, true, 'ok'::mood, '\\xff00'::bytea, '{"a": 1}'::jsonb,
       timestamptz '2024-05-06 10:00:00.5+02', ARRAY[1,NULL,3], NULL::text, 'NaN'::float8`,
      { resultSetOptions: { longReturnType: 'STRING', decimalReturnType: 'STRING' } },
    );
    expect(records?.[0]).toEqual([
      { stringValue: '1' },
      { stringValue: '9007199254740993' },
      { stringValue: '1.50' },
      { booleanValue: true },
      { stringValue: 'ok' },
      { blobValue: new Uint8Array([255, 0]) },
      { stringValue: '{"a":1}' },
      { stringValue: '2024-05-06 08:00:00.500' },
      { arrayValue: { stringValues: ['1', null, '3'] } },
      { isNull: true },
      { doubleValue: Number.NaN },
    ]);
    expect(columnMetadata?.map((column) => column.typeName).slice(0, 4)).toEqual(['int4', 'int8', 'numeric', 'bool']);
  });

  test('an unsupported type fails the call only when a row is returned', async () => {
    expect(await failure(execute(`SELECT interval '1 day'`))).toEqual({
      name: 'UnsupportedResultException',
      message: 'The result contains the unsupported data type INTERVAL.',
    });
    expect((await execute(`SELECT interval '1 day' LIMIT 0`)).records).toEqual([]);
    expect(await failure(execute(`SELECT 'infinity'::date`))).toMatchObject({ name: 'InternalFailure' });
  });

  test('a result above one megabyte fails the call and ends its transaction', async () => {
    const { transactionId } = await client.send(new BeginTransactionCommand(base()));
    const refused = await failure(execute(`SELECT repeat('x', 2000) FROM generate_series(1, 523)`, { transactionId }));
    expect(refused.message).toBe('The result exceeds the size limit 1 MB.');
    const after = await failure(execute('SELECT 1', { transactionId }));
    expect(after).toMatchObject({ name: 'TransactionNotFoundException' });
    expect((await execute(`SELECT repeat('x', 2000) FROM generate_series(1, 522)`)).records).toHaveLength(522);
  });
});

describe('transactions', () => {
  test('one session, committed or rolled back', async () => {
    const { transactionId } = await client.send(new BeginTransactionCommand(base()));
    await execute(`INSERT INTO items VALUES (1, 'a')`, { transactionId });
    const done = await client.send(new CommitTransactionCommand({ resourceArn, secretArn, transactionId }));
    expect(done.transactionStatus).toBe('Transaction Committed');
    const again = await client.send(new BeginTransactionCommand(base()));
    await execute('DELETE FROM items', { transactionId: again.transactionId });
    await client.send(new RollbackTransactionCommand({ resourceArn, secretArn, transactionId: again.transactionId }));
    expect((await execute('SELECT id FROM items')).records).toHaveLength(1);
  });

  test('a second call while one runs is refused at once', async () => {
    const { transactionId } = await client.send(new BeginTransactionCommand(base()));
    const slow = execute('SELECT pg_sleep(0.3)::text', { transactionId });
    const refusals: string[] = [];
    while (refusals.length === 0) {
      const { message } = await failure(execute('SELECT 1', { transactionId }));
      if (message !== '') refusals.push(message);
    }
    expect(refusals).toEqual(['Transaction is still running a query']);
    await slow;
  });

  test('an idle transaction is rolled back and not found afterwards', async () => {
    const { transactionId } = await client.send(new BeginTransactionCommand(base()));
    while (emulator.transactions.count > 0) await new Promise((later) => setTimeout(later, 20)); // the reaper has no event
    const refused = await failure(execute('SELECT 1', { transactionId }));
    expect(refused.message).toMatch(/may be expired/);
  });

  test('a failed statement leaves the transaction aborted', async () => {
    const { transactionId } = await client.send(new BeginTransactionCommand(base()));
    await failure(execute('SELECT 1/0', { transactionId }));
    expect((await failure(execute('SELECT 1', { transactionId }))).message).toMatch(/SQLState: 25P02$/);
  });
});

describe('faults', () => {
  test('a paused cluster refuses the calls it was told to, then serves', async () => {
    const cluster = emulator.clusters.get(resourceArn);
    if (cluster !== undefined) cluster.resuming = 2;
    expect((await failure(execute('SELECT 1'))).name).toBe('DatabaseResumingException');
    expect((await failure(execute('SELECT 1'))).name).toBe('DatabaseResumingException');
    expect((await execute('SELECT 1')).records).toHaveLength(1);
  });

  test('a fault hits as often as it was told to', async () => {
    emulator.faults.inject({
      operation: 'ExecuteStatement',
      times: 1,
      action: { kind: 'error', code: 'ThrottlingException' },
    });
    expect((await failure(execute('SELECT 1'))).name).toBe('ThrottlingException');
    expect((await execute('SELECT 1')).records).toHaveLength(1);
  });

  test('a wrong password in the secret is told as PostgreSQL tells it', async () => {
    emulator.secrets.put(secretArn, JSON.stringify({ username: database.user, password: 'wrong' }));
    expect((await failure(execute('SELECT 1'))).message).toMatch(/password authentication failed.*SQLState: 28P01$/);
  });
});

test('Secrets Manager serves the current and the previous version', async () => {
  const secrets = new SecretsManagerClient({
    region: 'us-west-2',
    endpoint: emulator.url,
    credentials: emulatorKey,
    maxAttempts: 1,
  });
  emulator.secrets.put('arn:x', 'first');
  emulator.secrets.put('arn:x', 'second');
  const read = async (VersionStage: string) =>
    (await secrets.send(new GetSecretValueCommand({ SecretId: 'arn:x', VersionStage }))).SecretString;
  expect([await read('AWSCURRENT'), await read('AWSPREVIOUS')]).toEqual(['second', 'first']);
  expect(await failure(secrets.send(new GetSecretValueCommand({ SecretId: 'none' })))).toMatchObject({
    name: 'ResourceNotFoundException',
  });
  secrets.destroy();
});
