/** Killed between a write's COMMIT and its outcome: the next start asks the server what became of it, and the log says it. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { eachCall } from '../../src/audit/calls.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import type { WriteFate } from '../../src/audit/settled-record.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { createSettlement } from '../../src/broker/settlement.ts';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { Failure } from '../../src/model/errors.ts';
import type { Json } from '../../src/model/result.ts';
import { failingFiles } from '../audit/failing-files.ts';
import { freshDirectory, recordsOf } from '../audit/support.ts';
import { aDatabase } from '../support/authorized.ts';
import { buildProgram, programOf } from '../support/child-program.ts';
import { openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { tcpRelay } from '../support/tcp-relay.ts';
import { writableDatabase, writerPolicy } from './settled-writes.ts';

const source = join(import.meta.dirname, 'child-write.ts');
const program = programOf(source);
let database: TestDatabase;

beforeAll(async () => {
  await buildProgram(source);
  database = await testDatabase({ seed: 'CREATE TABLE public.marks (mark text)' });
});
afterAll(() => database.drop());

interface Killed {
  readonly directory: string;
  readonly mark: string;
  readonly steps: number;
}

let marks = 0;

/** One write by a process of its own that ends by SIGKILL: at an operation of its log, or when `relay` says so. */
async function killedWrite(at = 0, when = 'before', relay?: { port: number; killed: (kill: () => void) => void }) {
  const directory = freshDirectory();
  marks += 1;
  const mark = `mark-${marks}`;
  const address = { ...database, superuser: undefined, ...(relay === undefined ? {} : { port: relay.port }) };
  const child = spawn(process.execPath, [program, directory, JSON.stringify(address), mark, String(at), when], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: freshDirectory() },
  });
  relay?.killed(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await new Promise((done) => child.on('close', done));
  return { directory, mark, steps: text === '' ? 0 : Number(JSON.parse(text).steps) } satisfies Killed;
}

/** What the next start does, and how the write then stands on record: `ok`, `committed`, `aborted`, `not_committed`, `none`. */
async function settledAs({ directory }: Killed): Promise<string> {
  const corridor = await openCorridor({
    databases: [writableDatabase(database)],
    policy: writerPolicy,
    audit: { directory },
  });
  const { desk, parts, ask } = corridor;
  await desk.recover();
  const settlement = createSettlement({ audit: desk, databases: parts.databases, run: ask, report: () => undefined });
  await expect
    .poll(
      async () => {
        await settlement.round();
        return desk.unsettled().length;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(0);
  await settlement.close();
  await corridor.close();
  const findings = (await verifyDirectory(directory, { full: true })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings), JSON.stringify(findings)).toBe(0);
  const records = recordsOf(directory);
  const intent = records.find((record) => record.type === 'intent' && record.stmt?.class === 'write');
  if (intent?.type !== 'intent') return 'none';
  for (const record of records) {
    if (record.type === 'outcome' && record.iseq === intent.seq) return record.why ?? record.st;
    const orphan = record.type === 'recover' ? record.orphans.find(({ iseq }) => iseq === intent.seq) : undefined;
    if (orphan !== undefined) return orphan.why;
  }
  return 'open';
}

async function stands({ mark }: Killed): Promise<boolean> {
  const { rows } = await (await database.client()).query('SELECT 1 FROM public.marks WHERE mark = $1', [mark]);
  return rows.length === 1;
}

/** What may be on record for a change that stands, and for one that does not. */
const truth = new Map([
  [true, ['ok', 'committed']],
  [false, ['none', 'not_committed', 'aborted']],
]);

/** Operations of the log in one write: intent, precommit and outcome, each written and flushed. */
const operations = [
  'intent write',
  'intent flush',
  'precommit write',
  'precommit flush',
  'outcome write',
  'outcome flush',
];

const points = operations.flatMap((name, i) =>
  ['before', 'middle', 'after'].map((when) => ({ name, at: i + 1, when })),
);
const chosen = process.env['PGWARDEN_SOAK']
  ? points
  : points.filter(({ name, when }) =>
      ['precommit write middle', 'precommit flush after', 'outcome write before', 'outcome write middle'].includes(
        `${name} ${when}`,
      ),
    );

test('a write that is not killed leaves its number between intent and outcome', async () => {
  const whole = await killedWrite();
  expect(whole.steps).toBe(operations.length);
  expect(await settledAs(whole)).toBe('ok');
  const kinds = recordsOf(whole.directory).slice(-3);
  expect(kinds.map(({ type }) => type)).toEqual(['intent', 'precommit', 'outcome']);
  expect(kinds[1]).toMatchObject({ xid: expect.stringMatching(/^\d+$/), affected: 1, iseq: kinds[0]?.seq });
});

test.each(chosen)('killed $when the $name, the log says what became of the change', async ({ at, when }) => {
  const killed = await killedWrite(at, when);
  const record = await settledAs(killed);
  expect(truth.get(await stands(killed))).toContain(record);
});

test.each([
  ['before', 'withheld', 'aborted'],
  ['after', 'passed', 'committed'],
] as const)('killed %s its COMMIT reaches the server', async (_moment, how, expected) => {
  const relay = await tcpRelay({ host: database.host, port: database.port });
  const killed = await killedWrite(0, 'before', {
    port: relay.port,
    killed: (kill) => relay.when('COMMIT', kill, how),
  });
  expect(await settledAs(killed)).toBe(expected);
  expect(await stands(killed)).toBe(expected === 'committed');
  await relay.close();
});

test('a write whose connection is lost at its COMMIT is asked for while the broker lives, and its outcome corrected', async () => {
  const relay = await tcpRelay({ host: database.host, port: database.port });
  const directory = freshDirectory();
  const databases = [writableDatabase({ ...database, port: relay.port })];
  const corridor = await openCorridor({ databases, policy: writerPolicy, audit: { directory } });
  await corridor.run('SELECT mark FROM public.marks');
  relay.when('COMMIT', relay.cut, 'withheld');
  const write = corridor.run("INSERT INTO public.marks VALUES ('lost')", { intent: 'write', action: 'insert' });
  await expect(write).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: false });
  const { desk, parts, ask } = corridor;
  expect(desk.unsettled()).toMatchObject([{ id: 'orders', xid: expect.any(String), amends: expect.any(Number) }]);
  const settlement = createSettlement({ audit: desk, databases: parts.databases, run: ask, report: () => undefined });
  await expect.poll(() => settlement.round().then(() => desk.unsettled())).toEqual([]);
  await corridor.close();
  await relay.close();
  const records = recordsOf(directory);
  const intent = records.find((record) => record.type === 'intent' && record.stmt?.class === 'write');
  const [unknown, settled] = records.filter((record) => record.type === 'outcome' && record.iseq === intent?.seq);
  expect([unknown, settled]).toMatchObject([{ st: 'unknown' }, { st: 'error', why: 'aborted', amends: unknown?.seq }]);
  const findings = (await verifyDirectory(directory, { full: true })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings)).toBe(0);
  const ends: (readonly unknown[])[] = [];
  await eachCall(directory, {}, ({ intent: { stmt }, outcome, corrects }) => {
    if (stmt?.class === 'write') ends.push([outcome?.seq, corrects?.seq]);
  });
  expect(ends).toEqual([[settled?.seq, unknown?.seq]]); // auditors see how it ended, once
});

const write = { id: 'orders', call: 'c', iseq: 1, xid: '700' };

/** A settlement of one write by a server that answers, or fails, as told. */
async function fateOf(answer: () => Promise<readonly (readonly Json[])[]>, database_ = writableDatabase(database)) {
  const fates: WriteFate[] = [];
  const settlement = createSettlement({
    audit: { unsettled: () => [write], recordSettled: async (_write, fate) => void fates.push(fate) },
    databases: { all: () => [database_] },
    run: answer,
    report: () => undefined,
  });
  await settlement.round();
  return fates;
}

test.each([
  ['a number the server no longer keeps', async () => [[null]], [{ is: 'unknown', why: 'forgotten' }]],
  ['a transaction still under way', async () => [['in progress']], []],
  [
    'a number the server has not come to',
    () => Promise.reject(new Failure('BACKEND_QUERY_FAILED', 'x', { sqlstate: '22023' })),
    [{ is: 'unknown', why: 'other_server' }],
  ],
  ['a server that does not answer', () => Promise.reject(new Failure('BACKEND_UNAVAILABLE', 'x')), []],
])('%s', async (_what, answer, fates) => {
  expect(await fateOf(answer)).toEqual(fates);
});

test('a database kept in memory is gone with the process, and nobody is asked', async () => {
  const inMemory = aDatabase({ type: 'embedded' }, { id: 'orders', readonly: false });
  const asked = () => Promise.reject(new Error('asked'));
  expect(await fateOf(asked, inMemory)).toEqual([{ is: 'unknown', why: 'database_gone' }]);
});

test('a real server tells a number it has not come to by the state that is waited for', async () => {
  const client = await database.client();
  const { text } = fixedStatements.transaction_status;
  await expect(client.query(text, ['9000000000000'])).rejects.toMatchObject({ code: '22023' });
  expect((await client.query(text, ['3'])).rows).toEqual([{ status: null }]); // frozen long ago
});

test('a write whose number cannot be made durable is rolled back', async () => {
  const disk = failingFiles();
  const corridor = await openCorridor({
    databases: [writableDatabase(database)],
    policy: writerPolicy,
    audit: { directory: freshDirectory(), files: disk.files },
    replace: (real) => ({
      backends: {
        ...real.backends,
        execute: (query, signal) => {
          if (openAuthorized(query).request.intent === 'write') disk.fail('write', 'EIO');
          return real.backends.execute(query, signal);
        },
      },
    }),
  });
  const run = corridor.run("INSERT INTO public.marks VALUES ('unrecorded')", { intent: 'write', action: 'insert' });
  await expect(run).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE', safeToRetry: true });
  await corridor.close();
  const { rows } = await (await database.client()).query("SELECT 1 FROM public.marks WHERE mark = 'unrecorded'");
  expect(rows).toEqual([]);
});
