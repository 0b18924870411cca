/** The shape of results and the ways parameters travel. */

import { describe, expect, test } from 'vitest';
import type { Bench } from '../conformance.ts';

export function resultPromises(bench: () => Bench): void {
  describe('results', () => {
    test('duplicate and empty column names arrive as the server named them', async () => {
      const { columns, rows } = await bench().run('SELECT 1 AS a, 2 AS a, 3 AS "a b", 4');
      expect(columns.map((column) => column.name)).toEqual(['a', 'a', 'a b', '?column?']);
      expect(rows).toEqual([[1, 2, 3, 4]]);
    });

    test('rows without columns are rows', async () => {
      expect(await bench().run('SELECT FROM empty_rows')).toMatchObject({ columns: [], rows: [[], []], cut: 'none' });
    });

    test('no rows leave the columns', async () => {
      const { columns, rows, bytes } = await bench().run('SELECT id, name FROM people WHERE false');
      expect(columns).toEqual([
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
      ]);
      expect(rows).toEqual([]);
      expect(bytes).toBe(0);
    });

    test.each([
      ['VALUES (1), (2)', [[1], [2]]],
      ['TABLE people ORDER BY id LIMIT 1', [[1, 'Ada', 'ada@example.com']]],
      ['WITH a AS (SELECT 1 AS x) SELECT x FROM a', [[1]]],
      ['SHOW transaction_read_only', [['on']]],
      ['SELECT 1;', [[1]]],
    ])('%s', async (sql, rows) => {
      expect((await bench().run(sql)).rows).toEqual(rows);
    });

    test('EXPLAIN gives its plan', async () => {
      const { columns, rows } = await bench().run('EXPLAIN (FORMAT json) SELECT * FROM people');
      expect(columns).toEqual([{ name: 'QUERY PLAN', type: 'json' }]);
      expect(rows[0]?.[0]).toMatchObject([{ Plan: { 'Relation Name': 'people' } }]);
    });

    test('parameters are bound, never spliced', async () => {
      const hostile = "'; DROP TABLE people; --";
      const { rows } = await bench().run('SELECT $1::text, $2::int, $3, $4::text[]', {
        values: [hostile, '42', null, '{a,"b c"}'],
      });
      expect(rows).toEqual([[hostile, 42, null, ['a', 'b c']]]);
    });

    test.each([
      ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ['date', '2024-02-29', '2024-02-29'],
      ['numeric', '0.10', 0.1],
      ['jsonb', '{"a": 1}', { a: 1 }],
      ['timestamp', '2024-02-29 01:02:03', '2024-02-29T01:02:03'],
      ['INT4', '7', 7],
      ['boolean', 'true', true],
      ['text[]', '{a}', ['a']],
    ])('a parameter of stated type %s', async (type, value, expected) => {
      expect((await bench().run('SELECT $1 AS v', { values: [{ value, type }] })).rows).toEqual([[expected]]);
    });

    test('a parameter of an unknown stated type is refused', async () => {
      const values = [{ value: '1', type: 'no_such_type' }];
      await expect(bench().run('SELECT $1', { values })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test('the caller is known to row-level security and to the server', async () => {
      const { rows } = await bench().run(
        "SELECT current_setting('pgwarden.principal'), current_setting('pgwarden.roles'), length(current_setting('application_name'))",
        { principal: 'bob', roles: ['analyst', 'auditor'] },
      );
      expect(rows).toEqual([['bob', 'analyst,auditor', 36]]);
    });

    test('names are looked up along the pinned path, temporary schemas last', async () => {
      const { rows } = await bench().run("SELECT current_setting('search_path')");
      expect(rows).toEqual([['"public", pg_temp']]);
    });

    test('timings and the server are told', async () => {
      const { timings, backend } = await bench().run('SELECT 1');
      expect(timings.execute).toBeGreaterThan(0);
      expect(backend.version).toMatch(/^\d+\.\d+/);
    });
  });
}
