/** A role granted exactly the columns we read can run the statement; take away any one and PostgreSQL answers 42501. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StatementGenerator } from './generator.ts';
import { readAgainst } from './our-reading.ts';
import { comparePrivileges, createReader } from './privilege-oracle.ts';
import { compareReadings } from './reading-oracle.ts';
import { type OracleDatabase, oracleDatabase } from './support.ts';
import { traps, writes } from './traps.ts';

const seed = 20_260_102;
const generated = 400;

let oracle: OracleDatabase;
let role: string;

beforeAll(async () => {
  oracle = await oracleDatabase(new URL('./schema.sql', import.meta.url), ['public', 'shop']);
  role = `reader_${oracle.database.database}`;
  await createReader(oracle.superuser, role);
});
afterAll(async () => {
  await oracle?.superuser.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await oracle?.database.drop();
});

const planned = traps.filter(({ unplanned, sql }) => unplanned === undefined && !/pg_class|\$1/.test(sql));

describe('every trap needs each column we read, and no other', () => {
  test.each(planned.map((trap) => [trap.name, trap] as const))('%s', async (_, { sql }) => {
    const access = await readAgainst(oracle.catalog, sql);
    expect(await comparePrivileges(oracle.superuser, role, access, sql)).toEqual({ differences: [], unplanned: 0 });
  });
});

describe('a write needs each column we read and each we say is written, and no other', () => {
  test.each(writes.map(({ name, sql }) => [name, sql]))('%s', async (_, sql) => {
    const access = await readAgainst(oracle.catalog, sql, { writes: true });
    expect(await comparePrivileges(oracle.superuser, role, access, sql)).toEqual({ differences: [], unplanned: 0 });
  });
});

test(`${generated} generated statements need each column we read, and no other (seed ${seed})`, async () => {
  const generator = new StatementGenerator(oracle.catalog, seed, { foldable: false });
  const different: { sql: string; differences: readonly string[] }[] = [];
  let compared = 0;
  let unplanned = 0;
  for (let tried = 0; compared < generated && tried < generated * 3; tried += 1) {
    const sql = generator.next();
    const verdict = await compareReadings(oracle, sql);
    if (verdict.is === 'refused') continue;
    compared += 1;
    const found =
      verdict.is === 'same'
        ? await comparePrivileges(oracle.superuser, role, verdict.access, sql)
        : { differences: verdict.differences, unplanned: 0 };
    unplanned += found.unplanned > 0 ? 1 : 0;
    if (found.differences.length > 0) different.push({ sql, differences: found.differences });
  }
  expect(different).toEqual([]);
  expect(compared).toBe(generated);
  expect(unplanned).toBeLessThan(generated / 20);
}, 240_000);
