/** Every legitimate read is admitted by the gate, and really is one: PostgreSQL runs it over the schema, inside READ ONLY. */

import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { testDatabase } from '../support/postgres.ts';
import { corpusSchema, databaseFor, readCorpus, requestFor } from './corpus/corpus.ts';

const cases = readCorpus('reads');
let db: Awaited<ReturnType<typeof testDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  db = await testDatabase({ seed: corpusSchema });
  client = await db.client();
});
afterAll(() => db.drop());

describe('a legitimate read', () => {
  test('is one of at least 150', () => expect(cases.length).toBeGreaterThanOrEqual(150));

  test.each(cases.map((one) => [one.name, one] as const))(
    '%s is admitted, and PostgreSQL runs the text that was parsed',
    async (_, one) => {
      const contents = openStatement(await parseStatement(requestFor(one), databaseFor(one)));
      expect(contents.class).toBe('read');
      await client.query('BEGIN READ ONLY');
      try {
        const values = contents.parameters.values.map(({ value }) => value);
        await client.query({ text: contents.sql, values, queryMode: 'extended' } as pg.QueryConfig);
      } finally {
        await client.query('ROLLBACK');
      }
    },
  );
});
