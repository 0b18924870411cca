/** Between callers nothing is carried over. */

import { describe, expect, test } from 'vitest';
import type { Bench } from '../conformance.ts';

const userFunction = {
  functions: [
    {
      schema: 'public',
      name: 'leaves_traces',
      args: [],
      oid: 1,
      class: 'user',
      reason: '',
      via: 'call',
      position: 8,
      written: '',
    },
  ],
} as const;

const relation = {
  schema: 'public',
  name: 'people',
  kind: 'table',
  oid: 1,
  action: 'select',
  columns: [],
  allColumns: [],
  system: false,
  behind: [],
  forbiddenBehind: [],
  inFrom: true,
  position: 1,
  written: 'people',
} as const;
const rowPolicies = { relations: [{ ...relation, rowSecurity: true }] } as const;
const written = { relations: [{ ...relation, name: 'watched', action: 'insert', inFrom: false }] } as const;

export function hygienePromises(bench: () => Bench): void {
  describe('between callers', () => {
    test.each([
      ['a user function', userFunction],
      ['the row policies of a table', rowPolicies],
    ])('what %s left in the session is gone', async (_, access) => {
      await bench().run('SELECT leaves_traces()', { access });
      // it is cleaned while its caller has the answer already: another session may look meanwhile
      const left = () =>
        bench().run(
          "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())), (SELECT count(*) FROM pg_prepared_statements WHERE name = 'left_behind')",
        );
      await expect.poll(async () => (await left()).rows).toEqual([[0, 0]]);
    });

    test('what a trigger of a written table left in the session is gone', async () => {
      await bench().write('INSERT INTO watched VALUES (7)', { access: written });
      const { rows } = await bench().run("SELECT current_setting('app.tenant', true)");
      expect(rows[0]?.[0] ?? '').toBe('');
    });

    test('a session that was cleaned pins the next call as well', async () => {
      await bench().run('SELECT leaves_traces()', { access: userFunction });
      for (let time = 0; time < 4; time++)
        expect((await bench().run("SELECT current_setting('transaction_read_only')")).rows).toEqual([['on']]);
    });

    test('identity, path and limits are those of each call', async () => {
      const names = ['ann', 'bob', 'cid', 'dan', 'eve'];
      const seen = await Promise.all(
        names.map((principal) => bench().run("SELECT current_setting('pgwarden.principal')", { principal })),
      );
      expect(seen.map(({ rows }) => rows[0]?.[0])).toEqual(names);
    });

    test('no session is held when all is done', async () => {
      await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) => bench().run(index % 3 === 0 ? 'SELECT 1/0' : 'SELECT 1')),
      );
      await expect.poll(() => bench().stats()).toMatchObject({ active: 0, waiting: 0 });
    });
  });
}
