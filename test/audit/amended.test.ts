/** What a later record says of a call is what every view shows, and each says that it was not the first word. */

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { runAudit } from '../cli/audit.ts';
import { failingFiles } from './failing-files.ts';
import { aCall, aPermit, aResult, testKey } from './shapes.ts';
import { linesOf, recordsOf } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'pgwarden-amended-'));
const directory = join(root, 'log');
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Ids of calls, by how their end came on record. */
let [settled, plain, late, lost] = ['', '', '', ''];

const settings = { sql: 'redacted', hmacKey: testKey } as const;

/** A log in which one outcome was corrected much later, one came too late, and one was lost with its process. */
beforeAll(async () => {
  const before = join(root, 'before');
  const disk = failingFiles();
  const options = { ...settings, directory: before, files: disk.files, queue: { deadline: 1_000 } };
  const desk = await createAuditDesk(options);
  const outcome = { ok: true, value: aResult } as const;
  const early = await desk.recordOutcome(await desk.recordIntent(aPermit()), outcome);
  await aCall(desk);
  const query = await desk.recordIntent(aPermit());
  const release = disk.stall('datasync');
  await expect(desk.recordOutcome(query, outcome)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  release();
  await vi.waitFor(() => expect(linesOf(before).at(-1)).toContain('"amends"'), 10_000);
  const intents = () => recordsOf(before).filter((record) => record.type === 'intent');
  const [write] = intents();
  const unsettled = { id: 'orders', call: write?.call ?? '', iseq: write?.seq ?? 0, xid: '7' };
  await desk.recordSettled({ ...unsettled, amends: early.seq }, { is: 'committed' });
  await desk.recordIntent(aPermit());
  [settled = '', plain = '', late = '', lost = ''] = intents().map(({ call }) => call);
  cpSync(before, directory, { recursive: true }); // as the process would leave it if it died here
  await desk.close();
  const next = await createAuditDesk({ ...settings, directory });
  await next.recover();
  await next.close();
});

const print = async (...args: string[]) => (await runAudit(...args, '--directory', directory)).lines.join('\n');
const lineOf = (text: string, id: string) => text.split('\n').find((line) => line.includes(id));

test('query counts each call once, under how it ended in the end, and says what it was first', async () => {
  const text = await print('query', 'orders');
  expect(text).toMatch(/^Matched 4 calls/);
  expect(lineOf(text, plain)).toMatch(/ OK 2 rows/);
  expect(lineOf(text, late)).toMatch(/ WITHHELD \(first ok, corrected by record \d+\) {2}alice/);
  expect(lineOf(text, settled)).toMatch(/ WITHHELD \(first ok, corrected by record \d+\) {2}alice/);
  expect(lineOf(text, lost)).toMatch(/ UNKNOWN \(broker_crash, as record \d+ tells\) {2}alice/);
});

test.each([
  ['ok', 1],
  ['withheld', 2],
  ['unknown', 1],
  ['open', 0],
])('--status %s finds %i', async (status, count) => {
  expect(await print('query', 'orders', '--status', status)).toMatch(new RegExp(`^Matched ${count} calls? `));
});

test('rows that were withheld in the end do not count as released', async () => {
  expect(await print('query', 'orders', '--min-rows', '1')).toMatch(/^Matched 1 call/);
});

test('show tells both words', async () => {
  const text = await print('show', late);
  expect(text).toMatch(/status +withheld; first ok, corrected by record \d+\n/);
  expect(text).toMatch(/before that +ok, 2 rows \(record \d+\)\n/);
  expect(text).not.toContain('released');
  expect(await print('show', lost)).toMatch(/outcome lost +unknown, broker_crash \(record \d+\)\n/);
});

test('exports carry the last word, and that it is one', async () => {
  const out = join(root, 'calls');
  await print('export', 'orders', '--to', 'csv', '--out', out);
  const rows = readFileSync(out, 'utf8');
  expect(lineOf(rows, late)).toMatch(/,withheld,.*,"?first ok, corrected by record \d+"?,,\r?$/);
  expect(lineOf(rows, plain)).toMatch(/,ok,.*[0-9a-f],,,\r?$/);
  await print('export', 'orders', '--to', 'ocsf', '--out', out);
  const event = JSON.parse(lineOf(readFileSync(out, 'utf8'), late) ?? '{}');
  expect(event).toMatchObject({
    status: 'Failure',
    unmapped: { revised: expect.stringMatching(/^first ok, corrected by record \d+$/) },
  });
});

test('the report counts what was released in the end, and how many outcomes were corrected or lost', async () => {
  const out = join(root, 'report');
  await print('report', 'orders', '--format', 'json', '--out', out);
  const { summary } = JSON.parse(readFileSync(out, 'utf8'));
  expect(summary).toMatchObject({ corrected: 2, lost: 1, statuses: { ok: 1, withheld: 2, unknown: 1 } });
  expect(Object.values<{ rows: number }>(summary.hours).reduce((sum, { rows }) => sum + rows, 0)).toBe(2);
  await print('report', 'orders', '--out', out);
  const page = readFileSync(out, 'utf8');
  expect(page).toContain('4 allowed calls = 3 with an outcome + 1 whose outcome was lost');
  expect(page).toContain('2 outcomes were corrected by a later record');
});
