/** What a record may say of SQL: a secret in any place a literal, a comment or an invented name can stand is in no file of the log. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sqlModes } from '../../src/audit/records/sql.ts';
import { Failure, Refusal } from '../../src/model/errors.ts';
import type { Access, ColumnUse } from '../../src/sql/access.ts';
import { noAccess } from '../../src/sql/access.ts';
import { aDatabase, aPermit, aRequest, aStatement } from './shapes.ts';
import { freshDirectory, openDesk, recordsOf } from './support.ts';

const canary = 'canary7261';

/** One statement for each place a secret can stand in. */
const places = [
  `SELECT '${canary}'`,
  `SELECT E'\\n${canary}\\''`,
  `SELECT U&'${canary}\\0061' UESCAPE '!'`,
  `SELECT N'${canary}'`,
  `SELECT 'it''s ${canary}'`,
  `SELECT 'a'\n  '${canary}'`,
  `SELECT $$${canary}$$, $a$${canary}$a$`,
  `SELECT $${canary}$x$${canary}$`,
  `SELECT 1 -- ${canary}`,
  `SELECT /* ${canary} /* ${canary} */ */ 1`,
  `SELECT 1 AS "${canary}"`,
  `SELECT 1 AS U&"${canary}\\0061"`,
  `SELECT 1 AS "a""${canary}"`,
  `WITH "${canary}" AS (SELECT 1) SELECT * FROM "${canary}"`,
  `SELECT date '${canary}', interval '${canary}' day, timestamptz '${canary}'`,
  `SELECT '${canary}'::text, CAST('${canary}' AS text)`,
  `SELECT ARRAY['${canary}'], ROW('${canary}'), ('${canary}', 1)`,
  `SELECT * FROM t WHERE a IN ('${canary}', '${canary}') AND b LIKE '%${canary}%' ESCAPE '!' AND c ~ '${canary}'`,
  `SELECT * FROM t WHERE a BETWEEN '${canary}' AND '${canary}' ORDER BY '${canary}' LIMIT '5'`,
  `SELECT jsonb_path_query(a, '$.${canary}') -> '${canary}' ->> '${canary}' FROM t`,
  `SELECT json_value('{}', '$.${canary}' DEFAULT '${canary}' ON EMPTY)`,
  `SELECT xmlelement(name foo, '${canary}')`,
  `SELECT count(*) FILTER (WHERE a = '${canary}') OVER (PARTITION BY '${canary}')`,
  `SELECT CASE '${canary}' WHEN '${canary}' THEN '${canary}' ELSE '${canary}' END`,
  `VALUES ('${canary}'), ('${canary}')`,
  `EXPLAIN SELECT '${canary}'`,
  `COPY t TO PROGRAM 'curl ${canary}'`,
  `COPY t FROM '/tmp/${canary}' WITH (NULL '${canary}', DELIMITER ',')`,
  `CREATE ROLE r PASSWORD '${canary}'`,
  `ALTER SUBSCRIPTION s CONNECTION 'password=${canary}'`,
  `SET application_name = '${canary}'`,
  `NOTIFY c, '${canary}'`,
  `DO $$ BEGIN RAISE '${canary}'; END $$`,
  `PREPARE p AS SELECT '${canary}'`,
  `COMMENT ON TABLE t IS '${canary}'`,
  `INSERT INTO t VALUES ('${canary}') ON CONFLICT (a) DO UPDATE SET a = '${canary}'`,
  `SELECT '${canary}`,
  `SELECT "${canary}`,
  `SELECT $$${canary}`,
  `this is not SQL ${canary}`,
  `SELECT 1; SELECT '${canary}'`,
];

/** Numbers, whose place is a canary of digits. */
const digits = '7261726172';
const numbers = [
  `SELECT ${digits}`,
  `SELECT .${digits}`,
  `SELECT 1e${digits.slice(0, 3)}, ${digits}e1`,
  `SELECT 0x${digits}, B'${'01'.repeat(5)}', X'${digits}'`,
  `SELECT -${digits}`,
  `SELECT a[${digits}] FROM t LIMIT ${digits} OFFSET ${digits}`,
];

function everything(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'hmac.key')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

/** Records the statement as it would be if permitted, refused after parsing, unparsable, failed, and for no known database. */
async function recordEverywhere(directory: string, mode: (typeof sqlModes)[number], sql: string): Promise<void> {
  const desk = await openDesk(directory, { sql: mode });
  const query = await desk.recordIntent(aPermit({ sql }));
  const cause = new Error(
    `duplicate key value violates unique constraint. DETAIL: Key (ssn)=(${canary} ${digits}) already exists.`,
  );
  await desk.recordOutcome(query, {
    ok: false,
    error: new Failure('BACKEND_QUERY_FAILED', `failed at ${canary} ${digits}`, { sqlstate: '23505', cause }),
  });
  const refusal = (code: 'POLICY_DENIED' | 'STATEMENT_UNPARSABLE' | 'STATEMENT_NOT_READ_ONLY' | 'DATABASE_UNKNOWN') =>
    new Refusal(code, `near ${canary} ${digits}`, { hint: `${canary} ${digits}`, position: 1 });
  await desk.recordRefusal(aRequest({ sql }), refusal('POLICY_DENIED'), {
    database: aDatabase(),
    statement: aStatement({ sql }),
    access: noAccess,
  });
  await desk.recordRefusal(aRequest({ sql }), refusal('STATEMENT_UNPARSABLE'), { database: aDatabase() });
  await desk.recordRefusal(aRequest({ sql }), refusal('STATEMENT_NOT_READ_ONLY'), { database: aDatabase() });
  await desk.recordRefusal(aRequest({ sql }), refusal('DATABASE_UNKNOWN'), {});
  await desk.close();
}

for (const mode of sqlModes.filter((each) => each !== 'full')) {
  test(`in mode ${mode} no secret reaches the log directory`, { timeout: 120_000 }, async () => {
    for (const sql of [...places, ...numbers]) {
      const directory = freshDirectory();
      await recordEverywhere(directory, mode, sql);
      const written = everything(directory);
      expect(written, sql).not.toContain(canary);
      expect(written, sql).not.toContain(digits);
    }
  });
}

test('mode full keeps the text, so that the canary test can fail', async () => {
  const directory = freshDirectory();
  await recordEverywhere(directory, 'full', `SELECT '${canary}'`);
  expect(everything(directory)).toContain(canary);
});

async function textOf(sql: string, mode: (typeof sqlModes)[number] = 'redacted', access: Access = noAccess) {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { sql: mode });
  await desk.recordIntent(aPermit({ sql, access }));
  const [, record] = recordsOf(directory);
  return record?.type === 'intent' ? record.sql : undefined;
}

test('redacted text keeps names, keywords as written and parameters, and folds white space', async () => {
  const sql = 'select  o.id,\n\tcount(*)\nFROM orders o WHERE a = $1 and b = 5 -- why\n LIMIT 10';
  expect(await textOf(sql)).toMatchObject({
    text: 'select o.id, count(*) FROM orders o WHERE a = $1 and b = ? LIMIT ?',
    lits: 2,
    truncated: false,
  });
});

test('a quoted name that the resolver has bound is shown, an invented one is not', async () => {
  const column: ColumnUse = {
    name: 'Full "Name"',
    attnum: 1,
    position: 1,
    written: '"Full ""Name"""',
    outputs: [],
    otherUse: false,
  };
  const access: Access = {
    ...noAccess,
    relations: [
      {
        schema: 'public',
        name: 'People',
        kind: 'table',
        oid: 1,
        action: 'select',
        columns: [column],
        allColumns: ['Full "Name"', 'id'],
        system: false,
        behind: [],
        forbiddenBehind: [],
        inFrom: true,
        position: 1,
        written: '"People"',
      },
    ],
  };
  const sql = 'SELECT "Full ""Name""" AS "alice@example.com" FROM "People"';
  expect(await textOf(sql, 'redacted', access)).toMatchObject({ text: 'SELECT "Full ""Name""" AS "?" FROM "People"' });
  expect(await textOf(sql, 'fingerprint', access)).toMatchObject({ summary: 'SELECT public.People' });
});

test('in mode hmac equal literals have equal marks, in one database and not in another', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { sql: 'hmac' });
  await desk.recordIntent(aPermit({ sql: "SELECT '078-05-1120', '078-05-1120', 'other'", database: 'a' }));
  await desk.recordIntent(aPermit({ sql: "SELECT '078-05-1120', '078-05-1120', 'other'", database: 'b' }));
  const marks = ['a', 'b'].map((id) => JSON.stringify(recordsOf(directory, id)[1]).match(/\?h:[0-9a-f]{12}/g) ?? []);
  expect(marks[0]?.[0]).toBe(marks[0]?.[1]);
  expect(marks[0]?.[0]).not.toBe(marks[0]?.[2]);
  expect(marks[0]?.[0]).not.toBe(marks[1]?.[0]);
});

test('the hash of the whole text is there in every mode, under the key and its version', async () => {
  const hashes = await Promise.all(sqlModes.map(async (mode) => (await textOf('SELECT 1', mode))?.hmac));
  expect(new Set(hashes).size).toBe(1);
  expect(hashes[0]).toMatch(/^hmac:1:[0-9a-f]{64}$/);
});

test('text that was not parsed is not stored, only its length, its hash and where it went wrong', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const refusal = new Refusal('STATEMENT_UNPARSABLE', 'x', { position: 8 });
  await desk.recordRefusal(aRequest({ sql: 'SELECT é FRM' }), refusal, { database: aDatabase() });
  const [, record] = recordsOf(directory);
  expect(record).toMatchObject({ sql: { len: 13, errpos: 8 } });
  expect(record).not.toHaveProperty('sql.text');
});

test('text outside ASCII is cut at the right bytes', async () => {
  expect(await textOf("SELECT 'é', ü FROM größe WHERE ñ = 'ß' AND x = 1")).toMatchObject({
    text: 'SELECT ?, ü FROM größe WHERE ñ = ? AND x = ?',
  });
});
