/** The report: one page that runs nothing, loads nothing, and counts only what was verified. */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eachCall } from '../../src/audit/calls.ts';
import { readVerifierKey, type VerifierKey } from '../../src/audit/note.ts';
import { renderReport } from '../../src/audit/report/page.ts';
import { buildSummary, type Period } from '../../src/audit/report/summary.ts';
import { Refusal } from '../../src/model/errors.ts';
import { noAccess, type RelationAccess } from '../../src/sql/access.ts';
import { aCall, aDatabase, aPermit, aRequest, aResult, aStatement, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, openDesk, segmentsOf } from './support.ts';

async function report(directory: string, period: Period = {}, trusted: readonly VerifierKey[] = []) {
  const builder = buildSummary(period);
  const read = await eachCall(directory, { trusted }, builder.call, builder.record);
  const summary = builder.finish();
  return { summary, page: renderReport({ read, summary, period, made: '2026-01-01T00:00:00Z', version: '0' }) };
}

const hostile = '</style><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e';

function table(name: string): RelationAccess {
  return {
    schema: 'public',
    name,
    kind: 'table',
    oid: 1,
    action: 'select',
    columns: [],
    allColumns: ['id'],
    system: false,
    behind: [],
    forbiddenBehind: [],
    inFrom: true,
    position: 1,
    written: name,
  };
}

test('what callers wrote is shown as text and can run nothing', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { sql: 'full' });
  const access = { ...noAccess, relations: [table(hostile)] };
  await aCall(desk, { principal: hostile.replace(',', ''), sql: hostile, access });
  await desk.recordRefusal(aRequest({ principal: hostile, sql: hostile }), new Refusal('POLICY_DENIED', 'x'), {
    database: aDatabase(),
    statement: aStatement({ sql: hostile }),
  });
  await desk.close();
  const { page } = await report(directory);
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).toContain('&lt;script&gt;alert(1)');
  expect(page.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\s(?:src|on\w+)=/); // outside of quoted values
  expect(page).not.toMatch(/<[^>]*\shref="(?!#[a-z0-9-]+")/);
});

test('the only style of the page is the one its own policy admits, and it needs no network', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk);
  await desk.close();
  const { page } = await report(directory);
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  expect(page).toContain(
    `default-src &#39;none&#39;; style-src &#39;sha256-${createHash('sha256').update(style).digest('base64')}&#39;`,
  );
  expect(page).not.toMatch(/https?:\/\/|url\(|@import| style="/);
});

test('counts, pairs and refusals are those of the log', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  const access = { ...noAccess, relations: [table('orders')] };
  for (let i = 0; i < 4; i += 1) await aCall(desk, { access });
  await desk.recordRefusal(aRequest(), new Refusal('POLICY_DENIED', 'x'), { database: aDatabase() });
  await desk.close();
  const key = readVerifierKey(testVerifierKey);
  const { summary, page } = await report(directory, {}, key === undefined ? [] : [key]);
  expect(summary).toMatchObject({
    calls: 5,
    pairs: [{ principal: 'alice', table: 'orders: public.orders', reads: 4, writes: 0 }],
  });
  expect([...summary.statuses]).toEqual([
    ['ok', 4],
    ['denied', 1],
  ]);
  expect(summary.largest[0]).toMatchObject({ rows: 2, bytes: 12 });
  expect(page).toContain('Verified: whole and signed');
  expect((await report(directory)).page).toContain('Whole and signed, by a key nobody vouched for here');
});

test('a damaged log says so in the banner, and counts nothing after the damage', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < 4; i += 1) await aCall(desk);
  await desk.close();
  const [path = ''] = segmentsOf(directory);
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, lines.with(3, (lines[3] ?? '').replace('alice', 'mallo')).join('\n'));
  const { page, summary } = await report(directory);
  expect(page).toContain('DAMAGED: the evidence was changed');
  expect(summary.calls).toBe(2);
});

test('an empty log has a report', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await desk.recordConfig({ what: 'policy', name: 'default.csv', text: 'p', by: 'process' });
  await desk.close();
  const { page, summary } = await report(directory);
  expect(summary.calls).toBe(0);
  expect(page).toContain('policy default.csv now');
});

test('five different things refused within ten minutes are called probing, once', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < 12; i += 1) {
    await desk.recordRefusal(aRequest({ sql: `SELECT ${i}` }), new Refusal('NAME_NOT_AVAILABLE', 'x'), {
      database: aDatabase(),
    });
  }
  await desk.close();
  const { summary } = await report(directory);
  expect(summary.anomalies).toMatchObject([
    { rule: 'probing', text: 'alice was refused 5 different things within ten minutes' },
  ]);
});

test('a result far above what a principal usually gets is pointed at', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < 25; i += 1) await aCall(desk);
  const query = await desk.recordIntent(aPermit());
  await desk.recordOutcome(query, { ok: true, value: { ...aResult, rows: Array.from({ length: 500 }, () => [1]) } });
  await desk.close();
  const { summary } = await report(directory);
  expect(summary.anomalies).toMatchObject([
    { rule: 'large result', text: 'alice was given 500 rows, where 2 are usual' },
  ]);
});

test('every link leads to a call that the page itself describes', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < 30; i += 1) await aCall(desk, { call: `call-number-${i}` });
  await desk.close();
  const { page } = await report(directory);
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(targets.filter((id) => id?.startsWith('call-'))).toHaveLength(20); // the largest results
  for (const id of targets) expect(page).toContain(`id="${id}"`);
  expect(page).toContain('<dd>call-number-0</dd>');
});

test('a pair of principal and table never seen before the period is marked', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk, { access: { ...noAccess, relations: [table('orders')] } });
  await desk.close();
  const since = new Date().toISOString();
  await new Promise((later) => setTimeout(later, 5)); // the period begins between the two
  const again = await openDesk(directory);
  await aCall(again, { access: { ...noAccess, relations: [table('orders'), table('salaries')] } });
  await again.close();
  const { summary } = await report(directory, { since });
  expect(summary.pairs.map(({ table: name, isNew }) => [name, isNew])).toEqual([
    ['orders: public.orders', false],
    ['orders: public.salaries', true],
  ]);
});
