/** Every attack of the corpus ends before the backend: one that is reached fails the test, and leaves exactly one refusal. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { corpusSchema, readCorpus } from '../sql/corpus/corpus.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { backendThatMustNotRun, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let corridor: Corridor;

beforeAll(async () => {
  database = await testDatabase({ seed: corpusSchema });
  const connection = directConnection(database);
  corridor = await openCorridor({
    databases: [aDatabase(connection, { id: 'readable' }), aDatabase(connection, { id: 'writable', readonly: false })],
    policy: [
      'p, analyst, *, public.*, select, allow',
      'p, analyst, *, sales.*, select, allow',
      'p, analyst, *, public.customers.email, select, deny',
      'p, analyst, *, public.order_total(bigint), call, allow',
    ],
    replace: ({ backends }) => ({ backends: backendThatMustNotRun(backends) }),
  });
});

afterAll(async () => {
  await corridor.close();
  await database.drop();
});

test.each(readCorpus('refused'))(
  '$name is $expect, and no backend sees it',
  async ({ sql, expect: code, intent, action, parameters }) => {
    const databaseId = intent === 'write' ? 'writable' : 'readable';
    const run = corridor.run(sql, { databaseId, intent, action, statement: { from: 'caller', sql, parameters } });
    await expect(run).rejects.toMatchObject({ code });
  },
);

test('each of them left one refusal, and nothing else', async () => {
  const records = [...(await corridor.records('readable')), ...(await corridor.records('writable'))].filter(
    (record) => record['type'] !== 'genesis',
  );
  const kinds = new Set(records.map((record) => `${record['type']} final=${record['final']}`));
  expect([...kinds]).toEqual(['intent final=true']);
  expect(records.length).toBe(readCorpus('refused').length);
});
