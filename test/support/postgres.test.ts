import { expect, test } from 'vitest';
import { testDatabase } from './postgres.ts';

test('the shared server is a PostgreSQL 18 and hands out a database of its own with an ordinary owner', async () => {
  const database = await testDatabase({ seed: 'CREATE TABLE t (id int); INSERT INTO t VALUES (1)' });
  const client = await database.client();
  const { rows } = await client.query(
    "SELECT current_setting('server_version_num')::int / 10000 AS major, rolsuper FROM pg_roles WHERE rolname = current_user",
  );
  expect(rows).toEqual([{ major: 18, rolsuper: false }]);
  await database.drop();
});
