import { expect, test } from 'vitest';
import { builtInTypes, typeOidByName } from '../../../src/backends/values/built-in-types.ts';
import { testDatabase } from '../../support/postgres.ts';

test('the built-in types are those of a server, by OID, name and shape', async () => {
  const server = await testDatabase();
  const client = await server.client();
  const { rows } = await client.query(
    `SELECT t.oid::int, format_type(t.oid, NULL) AS name, t.typtype AS kind, 
t.typelem::int AS element, coalesce(r.rngsubtype, m.rngtypid, 0)::int AS inner
    FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid LEFT JOIN pg_range m ON m.rngmultitypid = t.oid`,
  );
  const found = new Map(rows.map((row) => [row.oid, row]));
  for (const [oid, type] of builtInTypes) {
    const row = found.get(oid);
    expect(row?.name).toBe(type.name);
    if (type.kind === 'array') expect(builtInTypes.get(row.element)).toEqual(type.element);
    if (type.kind === 'range') expect([row.kind, builtInTypes.get(row.inner)]).toEqual(['r', type.subtype]);
    if (type.kind === 'multirange') expect([row.kind, builtInTypes.get(row.inner)]).toEqual(['m', type.range]);
  }
  // Everything a result can hold without CREATE TYPE is there: base types, their arrays, ranges; row types are looked up.
  const missing = rows.filter(
    (row) =>
      row.oid < 10_000 &&
      'brm'.includes(row.kind) &&
      !builtInTypes.has(row.oid) &&
      found.get(row.element)?.kind !== 'c',
  );
  expect(missing.map((row) => row.name)).toEqual([]);
  await server.drop();
});

test.each([
  ['int4', 23],
  ['INTEGER', 23],
  ['int', 23],
  ['varchar', 1043],
  ['decimal', 1700],
  ['timestamptz', 1184],
  ['timestamp with time zone', 1184],
  ['uuid[]', 2951],
  ['json', 114],
])('%s is known by name', (name, oid) => {
  expect(typeOidByName(name)).toBe(oid);
});

test('other names are not guessed', () => {
  for (const name of ['', 'no_such_type', 'constructor', 'int4; DROP TABLE t'])
    expect(typeOidByName(name)).toBeUndefined();
});
