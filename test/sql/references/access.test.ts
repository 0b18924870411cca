/** What a finished reading says beyond names: uses, masks, views, classes, witnesses, settings. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodilessFingerprint, relationFingerprint } from '../../../src/catalog/fingerprints.ts';
import { checkComplete } from '../../../src/sql/references/completeness.ts';
import { Reading } from '../../../src/sql/references/reading.ts';
import { expectedWitnesses, shapeOf, witnessQuestion, witnessSql } from '../../../src/sql/references/witness.ts';
import { type OracleDatabase, oracleDatabase } from '../oracle/support.ts';
import { columns, read, relation } from './support.ts';

let db: OracleDatabase;

beforeAll(async () => {
  db = await oracleDatabase(new URL('../oracle/schema.sql', import.meta.url), ['public', 'shop']);
});
afterAll(() => db?.database.drop());

describe('a column passed on unchanged says to which outputs, and whether it is used otherwise', () => {
  test.each([
    ['SELECT secret FROM shop.items', [0], false],
    ['SELECT label, secret AS s FROM shop.items', [1], false],
    ['SELECT * FROM shop.items', [3], false],
    ['SELECT q.s FROM (SELECT secret AS s FROM shop.items) q', [0], false],
    ['WITH c AS (SELECT secret FROM shop.items) SELECT secret, secret FROM c', [0, 1], false],
    ['SELECT s.secret FROM shop.items s JOIN people p ON true ORDER BY p.id', [0], false],
    ['SELECT secret || 1 FROM shop.items', [], true],
    ['SELECT secret FROM shop.items WHERE secret > $1', [0], true],
    ['SELECT secret FROM shop.items ORDER BY secret', [0], true],
    ['SELECT secret FROM shop.items ORDER BY 1', [0], true],
    ['SELECT secret FROM shop.items GROUP BY secret', [0], true],
    ['SELECT DISTINCT secret FROM shop.items', [0], true],
    ['SELECT secret FROM shop.items UNION ALL SELECT label FROM items', [], true],
    ['SELECT i FROM shop.items i', [], true],
    ['SELECT (i).secret FROM shop.items i', [0], true],
    ['SELECT (SELECT secret FROM shop.items LIMIT 1)', [], true],
    ['SELECT id FROM shop.items WHERE id IN (SELECT secret::int FROM shop.items)', [], true],
    ['SELECT q FROM (SELECT secret FROM shop.items) q', [], true],
    ['SELECT max(secret) FROM shop.items', [], true],
    ['SELECT secret::varchar FROM shop.items', [], true],
    ['SELECT secret COLLATE "C" FROM shop.items', [], true],
    ['SELECT x.secret FROM shop.items x JOIN (SELECT secret, 1 AS one FROM shop.items) y USING (secret)', [0], true],
    ['SELECT count(*) OVER (ORDER BY secret) FROM shop.items', [], true],
    ['SELECT id FROM (SELECT id, secret FROM shop.items) q WHERE q.secret = $1', [], true],
    ['SELECT x FROM (SELECT secret AS x FROM shop.items) q ORDER BY x', [0], true],
  ])('%s', async (sql, outputs, otherUse) => {
    const use = relation(await read(db.catalog, sql), 'shop.items').columns.find(({ name }) => name === 'secret');
    expect({ outputs: use?.outputs, otherUse: use?.otherUse }).toEqual({ outputs, otherUse });
  });

  test('no text with NULL for its output of unknown type', async () => {
    expect((await read(db.catalog, 'SELECT NULL, 1 AS one')).output).toEqual([{ name: '?column?' }, { name: 'one' }]);
  });
});

test('counting names no column, but says which there are', async () => {
  const access = await read(db.catalog, 'SELECT count(*) FROM shop.items');
  expect(relation(access, 'shop.items')).toMatchObject({ columns: [], allColumns: ['id', 'label', 'stock', 'secret'] });
});

describe('views', () => {
  test('a view stands for itself and tells what lies behind, to the end', async () => {
    const access = await read(db.catalog, 'SELECT n FROM v_nested');
    expect(access.relations).toHaveLength(1);
    expect(relation(access, 'public.v_nested').behind).toMatchObject([
      { schema: 'public', name: 'v_people', columns: ['city'] },
      { schema: 'public', name: 'people', columns: ['id', 'name', 'home'] },
    ]);
  });

  test('one that reads with the rights of its caller brings what it reads', async () => {
    const access = await read(db.catalog, 'SELECT id FROM v_invoker');
    expect(relation(access, 'shop.items')).toMatchObject({ inFrom: false, behindView: true });
    expect(columns(access, 'shop.items')).toEqual(['id', 'secret']);
  });

  test('forbidden functions inside are told, at any depth', async () => {
    await db.superuser.query(
      `CREATE VIEW v_sleeps AS SELECT pg_sleep(1)::text AS x; CREATE VIEW v_over AS SELECT x FROM v_sleeps`,
    );
    const { catalogOf } = await import('../oracle/our-reading.ts');
    const fresh = await catalogOf(db.superuser, ['public', 'shop']);
    const access = await read(fresh, 'SELECT * FROM v_over');
    expect(relation(access, 'public.v_over').forbiddenBehind).toEqual(['pg_catalog.pg_sleep(double precision)']);
    expect(access.functions).toEqual([]);
  });

  test('every view PostgreSQL brings can be read to the end', async () => {
    const { rows } = await db.superuser.query(
      `SELECT schemaname, viewname FROM pg_views WHERE schemaname IN ('pg_catalog', 'information_schema')`,
    );
    expect(rows.length).toBeGreaterThan(100);
    const unread: string[] = [];
    for (const { schemaname, viewname } of rows) {
      const access = await read(db.catalog, `SELECT * FROM ${schemaname}.${viewname}`);
      if (relation(access, `${schemaname}.${viewname}`).forbiddenBehind.some((name) => /cannot be read/.test(name)))
        unread.push(viewname);
    }
    expect(unread).toEqual([]);
  });
});

describe('functions are told however they are reached', () => {
  test.each([
    ['SELECT twice(id) FROM items', 'public.twice(integer)', 'call'],
    ['SELECT p.fullname FROM people p', 'public.fullname(people)', 'attribute'],
    ['SELECT id ~~~ id FROM items', 'public.near(integer,integer)', 'operator'],
    ['SELECT feeling + 1 FROM people', 'public.mood_rank(mood)', 'cast'],
    ['SELECT product_of(id) FROM items', 'public.product_of(integer)', 'aggregate'],
    [`SELECT 'x'::short_text`, 'public.is_short(text)', 'domain'],
    [`SELECT label::short_text FROM items`, 'public.is_short(text)', 'domain'],
    [`SELECT ARRAY['a', label]::short_text[] FROM items`, 'public.is_short(text)', 'domain'],
    [`SELECT NULL::people`, 'public.is_short(text)', 'domain'],
    ['SELECT 1 FROM items TABLESAMPLE system (1)', 'pg_catalog.system(internal)', 'sampling'],
    [`SELECT 'items'::regclass`, 'pg_catalog.regclassin(cstring)', 'cast'],
    ['SELECT id::regclass FROM items', 'pg_catalog.regclassin(cstring)', 'cast'],
    [`SELECT ARRAY['items']::regclass[]`, 'pg_catalog.regclassin(cstring)', 'cast'],
    ['SELECT $1::regclass', 'pg_catalog.regclassin(cstring)', 'cast'],
    [`SELECT pg_relation_size('items')`, 'pg_catalog.regclassin(cstring)', 'cast'],
    [`SELECT * FROM json_to_record('{}') AS r(a short_text)`, 'public.is_short(text)', 'domain'],
    [`SELECT json_value('1', '$' RETURNING short_text)`, 'public.is_short(text)', 'domain'],
    [`SELECT json_populate_record(p, '{}') FROM people p`, 'public.is_short(text)', 'domain'],
    [`SELECT jsonb_populate_recordset(q, '[]') FROM (SELECT nick FROM people) q`, 'public.is_short(text)', 'domain'],
    [`SELECT CAST(ROW('a', 'b', 1) AS address), 'x'::regtype`, 'pg_catalog.regtypein(cstring)', 'cast'],
  ])('%s', async (sql, name, via) => {
    const { functions } = await read(db.catalog, sql);
    const told = functions.map((one) => ({ name: `${one.schema}.${one.name}(${one.args.join(',')})`, via: one.via }));
    expect(told).toContainEqual({ name, via });
  });

  test('a range constructor needs no rule, a function of the database does', async () => {
    const { functions } = await read(db.catalog, 'SELECT span(1, 2), twice(3)');
    expect(functions.map((one) => [one.name, one.class])).toEqual([
      ['span', 'pure'],
      ['twice', 'user'],
    ]);
  });
});

test('row types are read in full without standing in FROM', async () => {
  for (const sql of [
    'SELECT NULL::shop.items',
    'SELECT NULL::shop.items[]',
    `SELECT json_populate_record(NULL::shop.items, '{}')`,
  ]) {
    const access = await read(db.catalog, sql);
    expect(relation(access, 'shop.items')).toMatchObject({ inFrom: false });
    expect(columns(access, 'shop.items')).toEqual(['id', 'label', 'stock', 'secret']);
  }
});

test('settings read by name are told; by anything but a constant it could be any', async () => {
  const settings = async (sql: string) => (await read(db.catalog, sql)).settings;
  expect(await settings('SHOW TimeZone')).toEqual(['timezone']);
  expect(await settings(`SELECT current_setting('Work_Mem')`)).toEqual(['work_mem']);
  expect(await settings(`SELECT current_setting('work_mem'::text, true)`)).toEqual(['work_mem']);
  for (const any of [
    'SELECT current_setting(name) FROM people',
    `SELECT current_setting('timezone_x'::char(8))`,
    `SELECT current_setting($1)`,
    `SELECT current_setting('a' || 'b')`,
  ])
    expect(await settings(any)).toEqual(['all']);
});

test('positions count characters from 1, in the text as written', async () => {
  const access = await read(db.catalog, `SELECT 'é', U&"\\0069d", "Größe" FROM "Mixed Case", items`);
  expect(relation(access, 'public.Mixed Case')).toMatchObject({ position: 38, written: '"Mixed Case"' });
  expect(relation(access, 'public.items')).toMatchObject({ position: 52, columns: [{ name: 'id', position: 13 }] });
});

describe('witnesses', () => {
  const ask = async (sql: string) => {
    const { witnesses } = await read(db.catalog, sql);
    const { rows } = await db.superuser.query(`SELECT ${witnessSql('$1')} AS answer`, [witnessQuestion(witnesses)]);
    return { answer: rows[0].answer, expected: expectedWitnesses(witnesses) };
  };

  test('hold as long as nothing changed', async () => {
    const { answer, expected } = await ask(
      'SELECT twice(i.id), p.name, v.n, "Key" FROM items i, people p, v_nested v, "Mixed Case"',
    );
    expect(answer).toBe(expected);
    expect(expected?.split(',')).toHaveLength(5);
  });

  test('what no query stands behind hashes alike in the longer and the shorter way', async () => {
    const { rows } =
      await db.superuser.query(`SELECT c.relname, ${relationFingerprint} AS longer, ${bodilessFingerprint} AS shorter
      FROM pg_catalog.pg_class c WHERE c.relkind NOT IN ('v', 'm')`);
    expect(rows.length).toBeGreaterThan(300);
    expect(rows.filter(({ longer, shorter }) => longer !== shorter)).toEqual([]);
  });

  test.each(['SELECT label FROM items', 'SELECT i.label, p.name FROM items i, people p'])('%s', async (sql) => {
    const { witnesses } = await read(db.catalog, sql);
    const shape = shapeOf(witnesses);
    const question = witnessQuestion(witnesses, shape === 'none' ? 'any' : shape);
    const text = `SELECT ${witnessSql('$1', shape === 'none' ? 'any' : shape)} AS answer`;
    const { rows } = await db.superuser.query(text, [question]);
    expect(shape).toMatch(/^tables?$/);
    expect(rows[0].answer).toBe(expectedWitnesses(witnesses));
  });

  test.each([
    [
      'a table that hides it',
      'SELECT amount FROM sales',
      'CREATE TABLE public.sales (amount int)',
      'DROP TABLE public.sales',
    ],
    [
      'a new column',
      'SELECT * FROM archive.items',
      'ALTER TABLE archive.items ADD COLUMN fresh int',
      'ALTER TABLE archive.items DROP COLUMN fresh',
    ],
    [
      'a renamed column',
      'SELECT label FROM archive.items',
      'ALTER TABLE archive.items RENAME COLUMN gone TO went',
      'ALTER TABLE archive.items RENAME COLUMN went TO gone',
    ],
    [
      'a replaced view',
      'SELECT city FROM v_people',
      `CREATE OR REPLACE VIEW v_people AS SELECT id, name, secret AS city FROM shop.items, people p (id_, name) WHERE secret IS NOT NULL`,
      'SELECT 1',
    ],
    [
      'a function with other rights',
      'SELECT twice(1)',
      'ALTER FUNCTION twice(int) SECURITY DEFINER',
      'ALTER FUNCTION twice(int) SECURITY INVOKER',
    ],
    [
      'a dropped function',
      'SELECT total(1, 2)',
      'ALTER FUNCTION total(int[]) RENAME TO gone_total',
      'ALTER FUNCTION gone_total(int[]) RENAME TO total',
    ],
  ])('show %s', async (_, sql, change, back) => {
    const before = await ask(sql);
    expect(before.answer).toBe(before.expected);
    await db.superuser.query(change);
    const after = await ask(sql);
    await db.superuser.query(back);
    expect(after.answer).not.toBe(after.expected);
  });
});

test('a fixed text asks no catalog', async () => {
  const { resolveReferences } = await import('../../../src/sql/references/resolve-references.ts');
  const { parseStatement } = await import('../../../src/sql/parse-statement.ts');
  const { aDatabase, aRequest } = await import('../oracle/our-reading.ts');
  const request = aRequest('', {
    statement: { from: 'fixed', name: 'server_info', parameters: { style: 'positional', values: [] } },
  });
  const catalogs = { current: () => Promise.reject(new Error('asked')), invalidate: () => undefined };
  const access = await resolveReferences(await parseStatement(request, aDatabase()), catalogs);
  expect(access).toMatchObject({ relations: [], functions: [], catalogVersion: undefined });
});

describe('a name in a place the reading does not visit is refused, not passed over', () => {
  test.each([
    { ColumnRef: { fields: [{ String: { sval: 'secret' } }], location: 7 } },
    { RangeVar: { relname: 'items', location: 7 } },
    { FuncCall: { funcname: [{ String: { sval: 'twice' } }], location: 7 } },
    { SubLink: { subLinkType: 'EXISTS_SUBLINK', location: 7 } },
    { TypeCast: { typeName: { names: [], location: 7 } } },
  ])('%j', (node) => {
    const reading = new Reading({ catalog: db.catalog, positionOf: (location) => location + 1 });
    expect(() => checkComplete(reading, { SelectStmt: { somewhere: [node] } })).toThrow(
      expect.objectContaining({ code: 'STATEMENT_TOO_COMPLEX' }),
    );
  });
});
