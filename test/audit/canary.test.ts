/** A secret wherever a caller or a server can put one: through the whole corpus, and through the corridor over a real PostgreSQL. */

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule, parseSync } from 'libpg-query';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SqlMode, sqlModes } from '../../src/audit/records/sql.ts';
import { Refusal } from '../../src/model/errors.ts';
import type { QueryRequest } from '../../src/model/request.ts';
import { readCorpus } from '../sql/corpus/corpus.ts';
import { aDatabase as anyDatabase, directConnection } from '../support/authorized.ts';
import { alice, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { aDatabase, aPermit, aRequest, aStatement } from './shapes.ts';
import { freshDirectory, openDesk } from './support.ts';

const canary = 'canary7261x';
const digits = '7261726172';
const secretModes = sqlModes.filter((mode) => mode !== 'full');

beforeAll(() => loadModule());

/** Found by their look, not by the lexer that redaction uses: whatever stands in quotes, whatever is a number. */
function planted(sql: string): readonly string[] {
  const strings = sql.replace(/'(?:[^']|'')*'/g, `'${canary}'`).replace(/(\$\w*\$)[^$]*\1/g, `$1${canary}$1`);
  const numbers = sql.replace(/'[^']*'|"[^"]*"|[\w$]*[a-z_$][\w$]*|\b\d+(?:\.\d+)?\b/gi, (piece) =>
    /^\d/.test(piece) && !/[a-z]/i.test(piece) ? digits : piece,
  );
  const comments = `/* ${canary} */ ${sql.replace(/;?\s*$/, '')} -- ${canary} ${digits}`;
  const alias = `SELECT "${canary}".* FROM (${sql.replace(/;?\s*$/, '')}) AS "${canary}"`;
  return [strings, numbers, comments, alias].filter((text) => text.includes(canary) || text.includes(digits));
}

function parses(sql: string): boolean {
  try {
    parseSync(sql);
    return true;
  } catch {
    return false;
  }
}

/** Every line of every file under the directory that holds the secret; the key of the fingerprints is no log. */
function leaks(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'hmac.key')
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1').split('\n'))
    .filter((line) => line.includes(canary) || line.includes(digits));
}

const texts = [...readCorpus('reads'), ...readCorpus('refused')]
  .filter(({ sql }) => sql.length < 10_000)
  .flatMap(({ sql }) => planted(sql));

async function recordCorpus(directory: string, mode: SqlMode): Promise<void> {
  const desk = await openDesk(directory, { sql: mode });
  const refusal = new Refusal('STATEMENT_UNPARSABLE', canary, { position: 1 });
  const each = async (sql: string) => {
    if (!parses(sql)) return desk.recordRefusal(aRequest({ sql }), refusal, { database: aDatabase() });
    await desk.recordRefusal(aRequest({ sql }), new Refusal('POLICY_DENIED', canary), {
      database: aDatabase(),
      statement: aStatement({ sql }),
    });
    await desk.recordIntent(aPermit({ sql }));
  };
  await Promise.all(texts.map(each));
  await desk.close();
}

test.each(secretModes)(
  'in mode %s no literal, comment or alias of the whole corpus is in the log',
  async (mode) => {
    expect(texts.length).toBeGreaterThan(1500);
    expect(texts.filter(parses).length).toBeGreaterThan(1000);
    const directory = freshDirectory();
    await recordCorpus(directory, mode);
    expect(leaks(directory).slice(0, 3)).toEqual([]);
  },
  120_000,
);

test('the same corpus in mode full leaks nearly all of it, so that this test can fail', async () => {
  const directory = freshDirectory();
  await recordCorpus(directory, 'full');
  expect(leaks(directory).length).toBeGreaterThan(texts.length);
}, 120_000);

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({
    seed: `CREATE TABLE people (ssn text PRIMARY KEY, age int CHECK (age < 200)); INSERT INTO people VALUES ('${canary}', 1)`,
  });
});
afterAll(() => database?.drop());

const value = (text: string) => ({ style: 'positional', values: [{ value: text }] }) as const;

/** Calls that bring the secret into results, parameters, and what PostgreSQL says of errors: MESSAGE, DETAIL, CONTEXT. */
const attempts: readonly (readonly [sql: string, changes?: Partial<QueryRequest> & { readonly bind?: string }])[] = [
  ['SELECT ssn FROM people'],
  ['SELECT ssn FROM people WHERE ssn = $1', { bind: canary }],
  [`SELECT ssn AS "${canary}" FROM people -- ${canary}`],
  [`SELECT '${canary}'::int`],
  ['SELECT $1::int', { bind: canary }],
  ['SELECT ssn::int FROM people'],
  [`SELECT '{"a": ${canary}}'::json`],
  [`SELECT ${digits}::smallint`],
  [`SELECT "${canary}"() FROM people`],
  [`SELECT * FROM "${canary}"`],
  [`SELECT '${canary}`],
  [`INSERT INTO people VALUES ('${canary}', 1)`, { intent: 'write' }],
  ['INSERT INTO people VALUES ($1, 1)', { intent: 'write', bind: canary }],
  [`INSERT INTO people VALUES ('${canary}b', ${digits.slice(0, 4)}${digits.slice(4)})`, { intent: 'write' }],
  [`UPDATE people SET age = 300 WHERE ssn = '${canary}'`, { intent: 'write' }],
  [`DELETE FROM people WHERE ssn = '${canary}-no' RETURNING ssn`, { intent: 'write' }],
];

test.each(secretModes)(
  'in mode %s nothing that a real server answers or complains of is in the log',
  async (mode) => {
    const directory = freshDirectory();
    const connection = directConnection(database);
    const corridor = await openCorridor({
      databases: [anyDatabase(connection, { readonly: false })],
      policy: [
        ...['select', 'insert', 'update', 'delete'].map((action) => `p, analyst, *, public.*, ${action}, allow`),
      ],
      audit: { directory, sql: mode },
    });
    const codes: string[] = [];
    for (const [sql, { bind, ...changes } = {}] of attempts) {
      const statement = { from: 'caller', sql, parameters: bind === undefined ? undefined : value(bind) } as const;
      const call = { id: randomUUID(), tool: 'run_query', principal: alice, client: {}, transport: 'stdio' } as const;
      const withValues =
        statement.parameters === undefined ? {} : { statement: { ...statement, parameters: value(bind ?? '') } };
      const answer = corridor.run(sql, { call, ...changes, ...withValues });
      codes.push(
        await answer.then(
          () => 'ok',
          ({ code }) => code,
        ),
      );
    }
    await corridor.close();
    expect(codes.filter((code) => code === 'ok').length).toBeGreaterThan(3);
    expect(codes.filter((code) => code === 'BACKEND_QUERY_FAILED').length).toBeGreaterThan(6);
    expect(existsSync(join(directory, 'db'))).toBe(true);
    expect(leaks(directory)).toEqual([]);
  },
  120_000,
);
