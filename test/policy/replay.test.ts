/** A policy held against the calls an audit log recorded. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAgain, readRecord } from '../../src/policy/recorded-call.ts';
import { runCli } from '../cli/run-cli.ts';
import { directConnection } from '../support/authorized.ts';
import { aRequest, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { type Workspace, workspace } from '../support/product.ts';
import { aDatabase, inForce } from './support.ts';

const seed = `
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, phone text);
CREATE TABLE log (id int, line text);
CREATE VIEW contacts AS SELECT id, email FROM customers;
CREATE FUNCTION total() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
`;
const policy = [
  'p, analyst, *, public.customers,       select, allow',
  'p, analyst, *, public.customers.email, select, deny',
  'mask, analyst, *, public.customers.phone, partial',
  'p, analyst, *, public.contacts,        select, allow',
  'p, analyst, *, public.total(),         call,   allow',
  'p, analyst, *, public.log,             describe, allow',
];
const texts = [
  'SELECT id, name FROM customers',
  'SELECT phone FROM customers',
  'SELECT * FROM contacts',
  'SELECT count(*) FROM customers',
  'SELECT total()',
  'SELECT 1',
  'SELECT line FROM log',
  'SELECT * FROM customers',
  'SELECT relname FROM pg_class',
  'SELECT pg_sleep(1)',
  'SELECT x FROM missing',
  'EXPLAIN SELECT id FROM customers',
  'DELETE FROM log',
];

let server: TestDatabase;
let corridor: Corridor;
let lines: readonly Record<string, unknown>[];

beforeAll(async () => {
  server = await testDatabase({ seed });
  const connection = directConnection(server);
  corridor = await openCorridor({ databases: [aDatabase({ connection })], policy });
  for (const sql of texts)
    await corridor.broker.run(aRequest(sql), new AbortController().signal).catch(() => undefined);
  lines = await corridor.records('orders');
});
afterAll(async () => {
  await corridor.close();
  await server.drop();
});

const rows = (...changes: readonly ((text: string) => string)[]) =>
  changes.reduce((text, change) => change(text), policy.join('\n')).replaceAll(', *, ', ', orders, ');

/** What changes from the record to a policy: `+` now permitted, `-` now refused. */
async function changesUnder(text: string) {
  const point = await inForce(text);
  const calls = lines.map(readRecord).filter((reading) => typeof reading === 'object');
  const changes: string[] = [];
  for (const call of calls) {
    const { effect } = await point.decide(askAgain(call, point.policy('orders'), aDatabase()));
    const before = call.decision.eff === 'allow' ? 'permit' : 'deny';
    if (effect !== before)
      changes.push(
        `${effect === 'permit' ? '+' : '-'} ${call.objects.map(({ t, cols }) => `${t}(${cols === undefined ? '' : cols})`).join(' ')}`,
      );
  }
  return { changes, calls: calls.length };
}

describe('asking recorded calls again', () => {
  test('under the same policy changes nothing', async () => {
    const { changes, calls } = await changesUnder(rows());
    expect(changes).toEqual([]);
    expect(calls).toBeGreaterThanOrEqual(10);
  });

  test('finds what a wider policy permits, and what a narrower one refuses', async () => {
    expect(
      (
        await changesUnder(
          rows((text) => text.replace('public.customers.email, select, deny', 'public.log, select, allow')),
        )
      ).changes,
    ).toEqual(['+ log(line)', '+ customers(*)']);
    expect(
      (await changesUnder(rows((text) => `${text}\np, analyst, *, public.customers.name, select, deny`))).changes,
    ).toEqual(['- customers(id,name)']);
    expect(
      (
        await changesUnder(
          rows((text) => text.replace('public.total(),         call,   allow', 'public.other(), call, allow')),
        )
      ).changes,
    ).toEqual(['- total()']);
  });

  test('leaves out what no policy decides, and counts what was refused unread', () => {
    const readings = lines.map(readRecord);
    expect(readings.filter((reading) => reading === 'unknown')).toHaveLength(1);
    expect(JSON.stringify(readings)).not.toContain('STATEMENT_NOT_READ_ONLY');
    expect(readRecord({ type: 'outcome' })).toBe('other');
    expect(readRecord(undefined)).toBe('other');
  });
});

describe('policy test --against and policy suggest', () => {
  let place: Workspace;
  let log: string;
  const write = (text: string) => writeFile(join(place.directory, 'policies/orders.csv'), text);

  beforeAll(async () => {
    place = await workspace({ config: 'databases:\n  orders: { type: embedded }\n' });
    log = join(place.directory, 'recorded.jsonl');
    await writeFile(log, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"torn`);
  });
  afterAll(() => place.remove());

  test('a widening ends with 1, a narrowing alone with 0', async () => {
    const against = () => runCli(['policy', 'test', '--against', log, '--config', place.config]);
    await write(rows((text) => `${text}\np, analyst, *, public.log, select, allow`));
    const widened = await against();
    expect([widened.code, widened.stdout]).toEqual([
      1,
      expect.stringMatching(/^widened .* orders {2}alice \(analyst\) {2}select public\.log\(line\)\n/),
    ]);
    await write(rows((text) => `${text}\np, analyst, *, public.customers.name, select, deny`));
    const narrowed = await against();
    expect([narrowed.code, narrowed.stdout]).toEqual([
      0,
      expect.stringContaining('0 widened, 1 narrowed; 1 refused before'),
    ]);
    expect((await runCli(['policy', 'test', '--against', '/nowhere', '--config', place.config])).code).toBe(2);
  });

  test('suggestions are rows that load and permit what was refused; secrets are never among them', async () => {
    await write(rows());
    const { stdout } = await runCli(['policy', 'suggest', '--from', log, '--config', place.config, '--json']);
    const { suggestions }: { suggestions: { rule: string }[] } = JSON.parse(stdout);
    const suggested = suggestions.map(({ rule }) => rule);
    expect(suggested).toContain('p, user:alice, orders, public.log.line, select, allow');
    expect(suggested).toContain('p, user:alice, orders, pg_catalog.pg_class.relname, select, allow');
    expect((await changesUnder(`${rows()}\n${suggested.join('\n')}`)).changes).toContain('+ log(line)');
  });
});
