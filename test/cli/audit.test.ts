/** The auditor's commands: what they print, and how they end. */

import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditFind } from '../../src/cli/audit-find.ts';
import { Refusal } from '../../src/model/errors.ts';
import { aCall, aDatabase, aRequest, aStatement, testKey, testSigningKey, testVerifierKey } from '../audit/shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf, segmentsOf } from '../audit/support.ts';
import { collecting, runAudit } from './audit.ts';

async function aLog(): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk, { sql: "SELECT * FROM orders WHERE id = 'x'" });
  await desk.recordRefusal(aRequest({ sql: 'DROP TABLE orders' }), new Refusal('STATEMENT_NOT_READ_ONLY', 'no'), {
    database: aDatabase(),
    statement: aStatement({ sql: 'DROP TABLE orders' }),
  });
  await desk.close();
  return directory;
}

test('verify says what it checked and ends with 0 on an intact log', async () => {
  const { lines, code } = await runAudit('verify', '--full', '--directory', await aLog());
  expect(lines[0]).toMatch(/^orders\/i1: 4 records in 1 file, 1 allowed, 1 outcomes, 1 denied, last leaf /);
  expect(lines.at(-1)).toMatch(/^Intact: 1 log, 4 records verified/);
  expect(code).toBe(0);
});

test('verify ends with 3 on a damaged log and names the byte', async () => {
  const directory = await aLog();
  const [path = ''] = segmentsOf(directory);
  writeFileSync(path, readFileSync(path, 'utf8').replace('alice', 'mallo'));
  const { lines, code } = await runAudit('verify', '--directory', directory);
  expect(lines[1]).toMatch(/DAMAGE chain_broken: .* \(000000000000\.jsonl, byte \d+, record 2\)/);
  expect(code).toBe(3);
});

test('verify of a database without a log ends with 1', async () => {
  const { code } = await runAudit('verify', 'nowhere', '--directory', await aLog());
  expect(code).toBe(1);
});

test('a directory that is no audit log is a usage error', async () => {
  const { lines, code } = await runAudit('verify', '--directory', '/nonexistent');
  expect(lines).toEqual(['There is no audit log in /nonexistent.']);
  expect(code).toBe(2);
});

test('verify --json is one document with the same verdict', async () => {
  const { lines, code } = await runAudit('verify', '--full', '--json', '--directory', await aLog());
  expect(JSON.parse(lines.join('\n'))).toMatchObject({
    intact: true,
    full: true,
    logs: [{ log: 'orders/i1', records: 4, findings: [{ code: 'unsigned', severity: 'note' }] }],
  });
  expect(code).toBe(0);
});

test('tail shows the newest records, one line each, denials by their first word', async () => {
  const { lines } = await runAudit('tail', '-n', '3', '--directory', await aLog());
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/orders\/i1#1 {2}ALLOW {2}alice {2}run_query {2}SELECT \* FROM orders WHERE id = \?/);
  expect(lines[1]).toMatch(/OK {2}2 rows/);
  expect(lines[2]).toMatch(/DENY STATEMENT_NOT_READ_ONLY {2}alice/);
});

test('tail --json gives the lines as they stand in the file', async () => {
  const directory = await aLog();
  const { lines } = await runAudit('tail', '-n', '1', '--json', '--directory', directory);
  expect(lines[0]).toBe(
    readFileSync(segmentsOf(directory)[0] ?? '', 'utf8')
      .trimEnd()
      .split('\n')
      .at(-1),
  );
});

test('keygen sets up signing: a key its owner alone reads, never overwritten, and heads that verify against it', async () => {
  const directory = freshDirectory();
  const key = join(directory, 'keys/audit.key');
  const made = await runAudit('keygen', '--out', key, '--name', 'example.com/pgwarden');
  expect(made.code).toBe(0);
  expect(statSync(key).mode & 0o777).toBe(0o400);
  expect((await runAudit('keygen', '--out', key)).code).toBe(2);
  const log = join(directory, 'log');
  const desk = await openDesk(log, { signingKey: readFileSync(key, 'utf8') });
  const receipt = await aCall(desk);
  await desk.close();
  const verified = await runAudit('verify', '--full', '--vkey', `${key}.vkey`, '--directory', log);
  expect(verified.lines[0]).toMatch(/5 under signed heads/);
  expect(verified.code).toBe(0);
  const heads = join(directory, 'heads.txt');
  expect((await runAudit('heads', '--export', heads, '--directory', log)).code).toBe(0);
  expect((await runAudit('verify', '--against', heads, '--directory', log)).code).toBe(0);
  const empty = `${heads}.empty`;
  writeFileSync(empty, '');
  expect((await runAudit('verify', '--against', heads, '--against', empty, '--directory', log)).code).toBe(2);
  expect((await runAudit('receipt', JSON.stringify({ _meta: { receipt } }), '--directory', log)).code).toBe(0);
  const [path = ''] = segmentsOf(log);
  writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(0, 3).join('\n').concat('\n'));
  expect((await runAudit('verify', '--against', heads, '--directory', log)).code).toBe(3);
  expect((await runAudit('receipt', JSON.stringify(receipt), '--directory', log)).code).toBe(3);
});

test('prove gives the records of a call with their proofs', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await aCall(desk, { call: '019aa0c6-5b7a-7c1e-8a51-000000000009' });
  await desk.close();
  const { lines, code } = await runAudit('prove', '019aa0c6-5b7a-7c1e-8a51-000000000009', '--directory', directory);
  expect(lines.filter((line) => line === 'c2sp.org/tlog-proof@v1')).toHaveLength(2);
  expect(code).toBe(0);
  expect((await runAudit('prove', 'nothing', '--directory', directory)).code).toBe(1);
});

test('query filters calls and says how much of what was verified matched', async () => {
  const directory = await aLog();
  const denied = await runAudit('query', '--status', 'denied', '--directory', directory);
  expect(denied.lines[0]).toBe('Matched 1 call of 4 verified records in 1 log; chain verified, heads unsigned.');
  expect(denied.lines[1]).toMatch(/DENIED STATEMENT_NOT_READ_ONLY {2}alice {2}DROP TABLE orders/);
  expect((await runAudit('query', '--principal', 'bob', '--directory', directory)).lines[0]).toMatch(
    /^Matched 0 calls/,
  );
  expect((await runAudit('query', '--min-rows', '2', '--directory', directory)).lines[0]).toMatch(/^Matched 1 call/);
  expect((await runAudit('query', '--since', '2199', '--directory', directory)).lines[0]).toMatch(/^Matched 0 calls/);
  expect((await runAudit('query', '--min-rows', 'x', '--directory', directory)).code).toBe(2);
});

test('show tells everything of one call, with the rule that decided', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk, { call: '019aa0c6-5b7a-7c1e-8a51-000000000009', sql: "SELECT 'x'" });
  await desk.close();
  const { lines, code } = await runAudit('show', '019aa0c6-5b7a-7c1e-8a51-000000000009', '--directory', directory);
  const text = lines.join('\n');
  for (const fact of [
    'status            ok',
    'alice (human, api_key; roles analyst)',
    'SELECT ?',
    'p, analyst, orders, public.orders, select, allow',
    '2 rows, 12 bytes',
  ])
    expect(text).toContain(fact);
  expect(code).toBe(0);
});

test('who reads the log is on record, and the record says nothing of what was looked for', async () => {
  const directory = await aLog();
  await runAudit('query', '--principal', 'bob-the-suspect', '--directory', directory);
  await runAudit('tail', '--directory', directory);
  await runAudit('verify', '--directory', directory);
  const id = `reader-${userInfo().uid}`;
  const records = recordsOf(directory, '_access', id).filter(({ type }) => type === 'access');
  expect(records).toMatchObject([
    { verb: 'query', matched: 0 },
    { verb: 'tail', who: expect.stringContaining(`(uid ${userInfo().uid})`) },
  ]);
  expect(linesOf(directory, '_access', id).join('')).not.toContain('suspect');
  expect((await runAudit('verify', '--full', '--directory', directory)).code).toBe(0);
});

test('readings at the same time are all on record, and need no signature where a key is insisted on', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await aCall(desk);
  await Promise.all([1, 2, 3].map(() => runAudit('query', '--directory', directory)));
  await desk.close();
  const { lines, code } = await runAudit('verify', '--full', '--vkey', testVerifierKey, '--directory', directory);
  expect(code).toBe(0);
  const readings = lines.filter((line) => line.startsWith('_access/'));
  expect(readings.reduce((sum, line) => sum + Number(/: (\d+) records/.exec(line)?.[1]) - 1, 0)).toBe(3);
  expect((await runAudit('query', '--directory', directory)).lines[0]).toMatch(/heads signed/);
});

test('a reading that cannot be put on record says so', async () => {
  const directory = await aLog();
  writeFileSync(join(directory, '_access'), 'in the way');
  const { lines, code } = await runAudit('query', '--directory', directory);
  expect(lines.at(-1)).toBe('This reading is not on record: the log directory cannot be written to by this user.');
  expect(code).toBe(0);
});

test('find knows a value again that stands in no log, as text and as a number', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { sql: 'hmac' });
  await aCall(desk, { call: 'call-a', sql: "SELECT * FROM people WHERE ssn = '123-45-6789'" });
  await aCall(desk, { call: 'call-b', sql: 'SELECT * FROM people WHERE id = 47110815471108' });
  await desk.close();
  const key = join(directory, 'key');
  writeFileSync(key, testKey);
  expect(linesOf(directory).join('')).not.toMatch(/123-45-6789|47110815471108/);
  const find = async (value: string) => {
    const { deps, result } = collecting();
    await auditFind([], { value: true, key, directory }, deps, () => Promise.resolve(value));
    return result.lines.join('\n');
  };
  expect(await find('123-45-6789')).toMatch(/^Matched 1 call of 5 .*2 calls were recorded in hmac mode.*call-a/s);
  expect(await find('47110815471108')).toMatch(/^Matched 1 call .*call-b/s);
  expect(await find('4712')).toMatch(/^Matched 0 calls /);
  expect(JSON.stringify(linesOf(directory, '_access', `reader-${userInfo().uid}`))).not.toMatch(
    /123-45-6789|47110815471108/,
  );
});

test('find does not take the value from the command line', async () => {
  await expect(runAudit('find', '--directory', await aLog())).resolves.toMatchObject({ code: 2 });
});

test('export writes rows that no spreadsheet runs, and a manifest of what they were taken from', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk, { principal: '=cmd|"/c calc"!A1' });
  await aCall(desk);
  await desk.close();
  const out = join(directory, 'calls.csv');
  expect((await runAudit('export', '--to', 'csv', '--out', out, '--directory', directory)).code).toBe(0);
  const rows = readFileSync(out, 'utf8').split('\r\n');
  expect(rows).toHaveLength(4);
  expect(rows[1]).toContain(`"'=cmd|""/c calc""!A1"`);
  const manifest = JSON.parse(readFileSync(`${out}.manifest.json`, 'utf8'));
  expect(manifest).toMatchObject({ calls: 2, events: 2, verified: { intact: true, records: 5 } });
  expect(manifest.sha256).toBe(createHash('sha256').update(readFileSync(out)).digest('hex'));
});

test('export to OCSF gives one event of class 6005 for each table of a call', async () => {
  const directory = await aLog();
  const out = join(directory, 'calls.jsonl');
  expect((await runAudit('export', '--to', 'ocsf', '--out', out, '--directory', directory)).code).toBe(0);
  const events = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toMatchObject([
    { class_uid: 6005, type_uid: 600_504, status_id: 1, action_id: 1, actor: { user: { uid: 'alice' } } },
    { class_uid: 6005, status_id: 2, action_id: 2, disposition_id: 2, status_code: 'STATEMENT_NOT_READ_ONLY' },
  ]);
});
