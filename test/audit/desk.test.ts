/** What the desk promises to the corridor: durable before the key, durable before the rows, one terminal record for a refusal. */

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { Failure, Refusal } from '../../src/model/errors.ts';
import { aCall, aDatabase, aPermit, aRequest, aResult, aStatement } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

test('a permitted call leaves an intent and an outcome, and its receipt is the leaf of the outcome', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const receipt = await aCall(desk, { sql: "SELECT * FROM orders WHERE name = 'Smith'" });
  const records = recordsOf(directory);
  expect(records.map(({ type }) => type)).toEqual(['genesis', 'intent', 'outcome']);
  expect(records[1]).toMatchObject({ sql: { mode: 'redacted', text: 'SELECT * FROM orders WHERE name = ?', lits: 1 } });
  expect(records[2]).toMatchObject({ iseq: 1, st: 'ok', rows: 2, bytes: 12 });
  const leaf = createHash('sha256')
    .update(`\0${linesOf(directory)[2]}`)
    .digest('hex');
  expect(receipt).toEqual({ origin: 'pgwarden/orders/i1', seq: 2, leaf });
});

test('the key to a backend names the durable intent', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const query = await desk.recordIntent(aPermit());
  expect(openAuthorized(query).intent).toEqual({ origin: 'pgwarden/orders/i1', seq: 1 });
  expect(recordsOf(directory)[1]).toMatchObject({ type: 'intent', seq: 1 });
});

test('every line names the leaf hash of the line before it, from zeros on', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await Promise.all(Array.from({ length: 50 }, () => aCall(desk)));
  let prev = '0'.repeat(64);
  linesOf(directory).forEach((line, seq) => {
    expect(line.startsWith(`{"prev":"${prev}","seq":${seq},"v":1,"ts":"`)).toBe(true);
    prev = createHash('sha256').update(`\0${line}`).digest('hex');
  });
});

test('a refused call leaves one terminal intent that says deny and why', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const refusal = new Refusal('POLICY_DENIED', 'no', { position: 3 });
  await desk.recordRefusal(aRequest(), refusal, { database: aDatabase(), statement: aStatement() });
  expect(recordsOf(directory)[1]).toMatchObject({
    type: 'intent',
    final: true,
    decision: { eff: 'deny', code: 'POLICY_DENIED' },
  });
});

test('a call for an unknown database is on record in _broker, without its text', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const request = aRequest({ database: 'nowhere', sql: "select 'secret'" });
  await desk.recordRefusal(request, new Refusal('DATABASE_UNKNOWN', 'no'), {});
  const [, record] = recordsOf(directory, '_broker');
  expect(record).toMatchObject({ db: { asked: 'nowhere' }, decision: { code: 'DATABASE_UNKNOWN' } });
  expect(JSON.stringify(record)).not.toContain('secret');
});

test('a listing is an intent and an outcome in _broker', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const receipt = await desk.recordListing(aRequest(), 3);
  expect(receipt).toMatchObject({ origin: 'pgwarden/_broker/i1', seq: 2 });
  expect(recordsOf(directory, '_broker')[2]).toMatchObject({ st: 'ok', why: 'answered_by_broker', rows: 3 });
});

test('a caller who could not be identified is on record in _broker', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const { principal: _, ...call } = aRequest().call;
  await desk.recordAuthenticationFailure({ call, why: 'key_unknown' });
  const [, record] = recordsOf(directory, '_broker');
  expect(record).toMatchObject({ final: true, decision: { code: 'PRINCIPAL_UNKNOWN', why: 'key_unknown' } });
  expect(record).not.toHaveProperty('principal');
});

test('a caller whose credentials were not given for what he asked is named in the record', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const { call } = aRequest();
  await desk.recordAuthenticationFailure({ call, why: 'a scope is missing' });
  const [, record] = recordsOf(directory, '_broker');
  expect(record).toMatchObject({ final: true, principal: { id: call.principal.id, auth: call.principal.auth } });
});

test('a policy text is kept once by its hash, and the change names both hashes', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const oldSha256 = await desk.recordConfig({ what: 'policy', name: 'default.csv', text: 'p, a', by: 'process' });
  await desk.recordConfig({
    what: 'policy',
    name: 'default.csv',
    text: 'p, b',
    by: 'root',
    ...(oldSha256 ? { oldSha256 } : {}),
  });
  const records = recordsOf(directory, '_broker');
  expect(oldSha256).toBe(createHash('sha256').update('p, a').digest('hex'));
  expect(records[2]).toMatchObject({ type: 'config', old_sha256: oldSha256, by: 'root' });
});

test.each([
  [new Failure('BACKEND_TIMEOUT', 'x', { sqlstate: '57014' }), 'timeout'],
  [new Failure('BACKEND_CANCELLED', 'x'), 'cancelled'],
  [new Failure('CATALOG_UNAVAILABLE', 'x'), 'not_executed'],
  [new Failure('CATALOG_UNAVAILABLE', 'what came back had another shape', { executed: true }), 'error'],
  [new Failure('LIMIT_EXCEEDED', 'x'), 'not_executed'],
  [new Failure('LIMIT_EXCEEDED', 'the result was too large for the service', { executed: true }), 'error'],
  [new Failure('BACKEND_QUERY_FAILED', 'x', { sqlstate: '22012' }), 'error'],
  [new Failure('INTERNAL', 'x'), 'error'],
])('a failure is recorded by what it says of the execution: %s → %s', async (error, st) => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const query = await desk.recordIntent(aPermit());
  await desk.recordOutcome(query, { ok: false, error });
  expect(recordsOf(directory)[2]).toMatchObject({ st, err: { code: error.code } });
});

test('a check that stops at the door is recorded as not executed', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const query = await desk.recordIntent(aPermit());
  await desk.recordOutcome(query, { ok: true, value: { why: 'checked' } });
  expect(recordsOf(directory)[2]).toMatchObject({ st: 'not_executed', why: 'checked' });
});

test('a log is closed when idle and goes on where it was', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { closeAfter: 1 });
  await aCall(desk);
  await desk.recover(); // closes what is idle
  await aCall(desk);
  expect(recordsOf(directory).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
  expect(aResult.rows).toHaveLength(2);
});
