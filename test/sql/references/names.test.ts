/** Names that cannot be bound are refused with their position and nothing of the catalog; hidden ones as missing ones. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sight } from '../../../src/sql/name-not-available.ts';
import { type OracleDatabase, oracleDatabase } from '../oracle/support.ts';
import { columns, read, refusal, relation } from './support.ts';

let db: OracleDatabase;

beforeAll(async () => {
  db = await oracleDatabase(new URL('../oracle/schema.sql', import.meta.url), ['public', 'shop']);
});
afterAll(() => db?.database.drop());

describe('a name that is nowhere', () => {
  test.each([
    ['SELECT 1 FROM public.ordrs', 'public.ordrs: no such relation, or not permitted to you', 15],
    ['SELECT nme FROM people', 'nme: no such column, or not permitted to you', 8],
    ['SELECT p.nme FROM people p', 'p.nme: no such column, or not permitted to you', 8],
    ['SELECT nowhere.name FROM people', 'nowhere.name: no such column, or not permitted to you', 8],
    ['SELECT x.* FROM people p', 'x: no such relation, or not permitted to you', 8],
    ['SELECT tvice(id) FROM people', 'tvice: no such function, or not permitted to you', 8],
    ['SELECT id <-> id FROM people', '<->: no such operator, or not permitted to you', 11],
    ['SELECT NULL::nothing', 'nothing: no such type, or not permitted to you', 14],
    ['SELECT "Größe", ö FROM "Mixed Case"', '"ö": no such column, or not permitted to you', 17],
    ['SELECT (home).planet FROM people', 'planet: no such column, or not permitted to you', 9],
    ['SELECT 1 FROM items TABLESAMPLE guessing (1)', 'guessing: no such function, or not permitted to you', 33],
    ['SELECT 1 FROM elsewhere.public.items', 'elsewhere.public.items: no such relation, or not permitted to you', 15],
  ])('%s', async (sql, message, position) => {
    expect(await refusal(db.catalog, sql)).toMatchObject({ code: 'NAME_NOT_AVAILABLE', message, position });
  });
});

describe('a name that could mean two things is refused like one that means nothing', () => {
  test.each([
    'SELECT label FROM public.items, shop.items s',
    'SELECT items.label FROM public.items, shop.items',
    'SELECT id FROM people p JOIN items i ON true',
  ])('%s', async (sql) => {
    expect(await refusal(db.catalog, sql)).toMatchObject({ code: 'NAME_NOT_AVAILABLE' });
  });
});

describe('a name out of scope', () => {
  test.each([
    ['a side of a join under an alias', 'SELECT people.name FROM (people JOIN items ON true) AS j'],
    ['a sibling that is not lateral', 'SELECT 1 FROM people p, (SELECT p.id) q'],
    ['a later item of FROM', 'SELECT 1 FROM LATERAL (SELECT p.id) q, people p'],
    ['an inner item', 'SELECT i.label FROM people WHERE EXISTS (SELECT 1 FROM items i)'],
    ['a later common table', 'WITH a AS (SELECT * FROM bb), bb AS (SELECT 1) SELECT * FROM a'],
    ['a common table of an inner WITH', 'SELECT * FROM (WITH cc AS (SELECT 1) SELECT * FROM cc) q, cc'],
    ['the original name behind an alias', 'SELECT people.name FROM people p'],
    ['an output name in WHERE', 'SELECT upper(name) AS loud FROM people WHERE loud = $1'],
    ['an item outside the join in its ON', 'SELECT 1 FROM people p, items i JOIN shop.sales s ON p.id = s.item_id'],
    ['a system column of a view', 'SELECT ctid FROM v_people'],
  ])('%s is not found', async (_, sql) => {
    expect(await refusal(db.catalog, sql)).toMatchObject({ code: 'NAME_NOT_AVAILABLE' });
  });
});

/** Sees everything in public but the column born, and nothing in any other schema but the system's. */
const sight: Sight = {
  relation: (schema) => schema === 'public' || schema === 'pg_catalog',
  column: (schema, _, column) => schema !== 'shop' && column !== 'born',
  function: (schema) => schema === 'public',
};

describe('what is hidden ends exactly as what is missing, at the same moment', () => {
  test.each([
    ['a relation', 'SELECT 1 FROM shop.sales', 'SELECT 1 FROM shop.nothi'],
    ['a relation, before a column it lacks', 'SELECT zzz FROM shop.sales', 'SELECT zzz FROM shop.nothi'],
    ['a column', 'SELECT born FROM people', 'SELECT bOrM FROM people'],
    [
      'a column, before a function that is missing',
      'SELECT nothing(p.born) FROM people p',
      'SELECT nothing(p.bore) FROM people p',
    ],
    ['a function', 'SELECT shop.twice(price) FROM items', 'SELECT shop.thrice(price) FROM items'],
    ['a row type', 'SELECT NULL::shop.items', 'SELECT NULL::shop.nothi'],
  ])('%s', async (_, hidden, missing) => {
    const [one, other] = [await refusal(db.catalog, hidden, { sight }), await refusal(db.catalog, missing, { sight })];
    const shape = ({ code, message, hint }: typeof one) => ({ code, hint, text: message.replace(/^\S+:/, 'name:') });
    expect(shape(one)).toEqual(shape(other));
    expect(one.position).toBe(other.position);
    expect(one.code).toBe('NAME_NOT_AVAILABLE');
  });

  test('the same text read before by someone who sees more does not tell', async () => {
    const sql = 'SELECT amount FROM shop.sales';
    expect(columns(await read(db.catalog, sql), 'shop.sales')).toEqual(['amount']);
    expect(await refusal(db.catalog, sql, { sight })).toMatchObject({ code: 'NAME_NOT_AVAILABLE' });
    expect(columns(await read(db.catalog, sql), 'shop.sales')).toEqual(['amount']);
  });
});

test('a field of a row, hidden, ends as a missing one whoever asked before', async () => {
  const sql = 'SELECT (p).born FROM people p';
  await read(db.catalog, sql);
  const [hidden, missing] = [
    await refusal(db.catalog, sql, { sight }),
    await refusal(db.catalog, 'SELECT (p).bore FROM people p', { sight }),
  ];
  expect([hidden.code, hidden.position]).toEqual([missing.code, missing.position]);
});

describe('the one relation a call is about', () => {
  test.each([
    ['people', 'public.people'],
    ['PEOPLE', 'public.people'],
    ['shop.items', 'shop.items'],
    ['"Mixed Case"', 'public.Mixed Case'],
    ['public."日本"', 'public.日本'],
    [' sales ', 'shop.sales'],
  ])('%s', async (target, name) => {
    const access = await read(db.catalog, 'SELECT 1', { target });
    expect(access.relations).toHaveLength(1);
    expect(relation(access, name).columns.map((column) => column.name)).toEqual(relation(access, name).allColumns);
  });

  test.each(['nothing', 'a.b.c.d', 'people; drop', '"unclosed', '', 'people p'])('%s is not found', async (target) => {
    expect(await refusal(db.catalog, 'SELECT 1', { target })).toMatchObject({
      code: 'NAME_NOT_AVAILABLE',
      message: `${target}: no such relation, or not permitted to you`,
    });
  });
});
