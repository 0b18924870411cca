/** Errors: SQLSTATE and position always, PostgreSQL's words only where they cannot tell a secret. */

import { describe, expect, test } from 'vitest';
import type { RelationAccess } from '../../../src/sql/access.ts';
import type { Bench } from '../conformance.ts';

const relation = (kind: RelationAccess['kind']): RelationAccess => ({
  schema: 'public',
  name: 'people_view',
  kind,
  oid: 1,
  action: 'select',
  columns: [],
  allColumns: [],
  system: false,
  behind: [],
  forbiddenBehind: [],
  position: 1,
  written: 'people_view',
  inFrom: true,
});

export function errorPromises(bench: () => Bench): void {
  describe('errors', () => {
    test.each([
      ['SELECT nix FROM people', '42703', 8, /column "nix" does not exist/],
      ['SELECT 1 +', '42601', 11, /syntax error/],
      ['SELECT 1/0', '22012', undefined, /^PostgreSQL reported: division by zero\.$/],
      ["SELECT 'secret'::int", '22P02', 8, /^PostgreSQL reported: invalid text representation\.$/],
      ["SELECT '😀', nix", '42703', 13, /column "nix"/],
    ])('%s is %s', async (sql, sqlstate, position, message) => {
      const error = await bench()
        .run(sql)
        .catch((thrown: unknown) => thrown);
      if (sqlstate === '42601' && bench().parsesAgain)
        return expect(error).toMatchObject({ code: 'BACKEND_QUERY_FAILED', sqlstate: undefined });
      expect(error).toMatchObject({ code: 'BACKEND_QUERY_FAILED', sqlstate, position });
      expect(error).toHaveProperty('message', expect.stringMatching(message));
    });

    test('a view hides what its error says', async () => {
      const run = bench().run('SELECT nix FROM people_view', { access: { relations: [relation('view')] } });
      await expect(run).rejects.toMatchObject({ message: 'PostgreSQL reported: undefined column.', sqlstate: '42703' });
    });

    test('what a user function raises is not told', async () => {
      const access = {
        functions: [
          {
            schema: 'public',
            name: 'fails',
            args: ['text'],
            oid: 1,
            class: 'user',
            reason: '',
            via: 'call',
            position: 8,
            written: 'fails',
          },
        ],
      } as const;
      const error: unknown = await bench()
        .run("SELECT fails('value')", { access })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'BACKEND_QUERY_FAILED', sqlstate: '42999' });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    });

    test("what a trigger of the written table says is not told, but the statement's own faults are", async () => {
      const error: unknown = await bench()
        .write('INSERT INTO watched VALUES (-1)')
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: 'PostgreSQL reported: undefined table.', sqlstate: '42P01' });
      await expect(bench().write('INSERT INTO watched (nix) VALUES (1)')).rejects.toMatchObject({
        message: expect.stringMatching(/column "nix" of relation "watched" does not exist/),
      });
    });

    test('what the row policies of a read table say is not told', async () => {
      const access = { relations: [{ ...relation('table'), rowSecurity: true as const }] };
      await expect(bench().run("SELECT fails('value')", { access })).rejects.toMatchObject({
        message: 'PostgreSQL reported: syntax error or access rule violation.',
      });
      await expect(bench().run('SELECT nix FROM people', { access })).rejects.toMatchObject({
        message: expect.stringMatching(/column "nix" does not exist/),
      });
    });

    test('a session that met an error serves the next call', async () => {
      await expect(bench().run('SELECT 1/0')).rejects.toThrow();
      expect((await bench().run('SELECT 1')).rows).toEqual([[1]]);
    });

    test('as many parameters as the text asks for', async () => {
      await expect(bench().run('SELECT $1, $2', { values: ['1'] })).rejects.toMatchObject({
        code: 'BACKEND_QUERY_FAILED',
      });
    });
  });
}
