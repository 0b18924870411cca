/** `:name` becomes `$n` by PostgreSQL's lexer, or the statement is refused; positions stay those of the caller's text. */

import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/model/errors.ts';
import type { BindParameters } from '../../src/model/request.ts';
import { numberParameters } from '../../src/sql/named-parameters.ts';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { databaseFor, requestFor } from './corpus/corpus.ts';

const named = (...names: string[]): BindParameters => ({
  style: 'named',
  values: names.map((name) => ({ name, value: `value of ${name}` })),
});
const rewritten = async (sql: string, ...names: string[]) => (await numberParameters(sql, named(...names))).sql;
const read = { intent: 'read', action: 'select' } as const;

describe('a marker', () => {
  test.each([
    ['SELECT :a', 'SELECT $1'],
    ['SELECT :a, :b, :a', 'SELECT $1, $2, $1'],
    ['SELECT x FROM t WHERE a = :a::int AND b=:b', 'SELECT x FROM t WHERE a = $1::int AND b=$2'],
    ['SELECT (:a)::text||:b', 'SELECT ($1)::text||$2'],
    ['SELECT ARRAY[:a, :b], ARRAY[[:a]]', 'SELECT ARRAY[$1, $2], ARRAY[[$1]]'],
    ['SELECT x[(:a)], :b', 'SELECT x[($1)], $2'],
    ['SELECT x[1:2], x[a : b], :a, :b', 'SELECT x[1:2], x[a : b], $1, $2'],
    ['SELECT x LIMIT :a OFFSET :b', 'SELECT x LIMIT $1 OFFSET $2'],
    ['SELECT x BETWEEN :a AND :b', 'SELECT x BETWEEN $1 AND $2'],
    [
      "SELECT :a, ':b', E'\\':b', $$ :b $$, $t$:b$t$, U&':b', \":b\" /* :b */ -- :b\n, :b",
      "SELECT $1, ':b', E'\\':b', $$ :b $$, $t$:b$t$, U&':b', \":b\" /* :b */ -- :b\n, $2",
    ],
    ["SELECT 'é', :a, 'ü', :b", "SELECT 'é', $1, 'ü', $2"],
    ['SELECT json_object(:a : :b)', 'SELECT json_object($1 : $2)'],
    ['SELECT json_object(key :a VALUE :b)', undefined],
    ['VALUES (:a), (:b)', 'VALUES ($1), ($2)'],
    ['SELECT CASE WHEN :a THEN :b END', 'SELECT CASE WHEN $1 THEN $2 END'],
  ])('in %j becomes %j', async (sql, expected) => {
    const result = await rewritten(sql, 'a', 'b').catch((thrown: unknown) => thrown);
    if (expected === undefined) expect(result).toBeInstanceOf(Refusal);
    else if (!sql.includes(':b')) expect(await rewritten(sql, 'a')).toBe(expected);
    else expect(result).toBe(expected);
  });

  test.each([
    'SELECT x[1:a]',
    'SELECT x[:a]',
    'SELECT x[y:a]',
    'SELECT x[f(1):a]',
    "SELECT json_object('k':a)",
    'SELECT json_object(k:a)',
    'SELECT x :a',
    "SELECT 'x':a",
  ])('that could be something else is refused: %s', async (sql) => {
    await expect(numberParameters(sql, named('a'))).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      position: sql.indexOf(':a') + 1,
    });
  });

  test('that only looks like one is left for PostgreSQL to refuse', async () => {
    await expect(
      parseStatement(
        requestFor({ ...read, sql: 'SELECT : a, :1', parameters: { style: 'named', values: [] } }),
        databaseFor(read),
      ),
    ).rejects.toMatchObject({
      code: 'STATEMENT_UNPARSABLE',
    });
  });
});

describe('values', () => {
  test('come in the order of their numbers', async () => {
    const { parameters } = await numberParameters('SELECT :b, :a, :b', named('a', 'b'));
    expect(parameters).toEqual({
      style: 'positional',
      values: [
        { name: 'b', value: 'value of b' },
        { name: 'a', value: 'value of a' },
      ],
    });
  });

  test.each([
    ['no value', 'SELECT :a, :b', named('a')],
    ['a value no marker asks for', 'SELECT :a', named('a', 'b')],
    ['two values of one name', 'SELECT :a', named('a', 'a')],
    ['a value without a name', 'SELECT :a', { style: 'named', values: [{ value: '1' }] } satisfies BindParameters],
    ['a number beside a name', 'SELECT :a, $1', named('a')],
  ])('with %s are refused', async (_, sql, parameters) => {
    await expect(numberParameters(sql, parameters)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('a position', () => {
  test('after rewritten markers is the one in the text of the caller', async () => {
    const sql = "SELECT 'é', :long_name, :b, :long_name FROM t FOR UPDATE OF t";
    const refusal = await parseStatement(
      requestFor({ ...read, sql, parameters: named('long_name', 'b') }),
      databaseFor(read),
    ).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ position: sql.indexOf('t', sql.indexOf('OF')) + 1 });
  });

  test('in the tree leads to the text of the caller, inside the envelope of EXPLAIN too', async () => {
    const sql = "SELECT 'é', :long_name::int, wanted FROM t";
    const contents = openStatement(
      await parseStatement(
        requestFor({ ...read, action: 'explain', sql, parameters: named('long_name') }),
        databaseFor(read),
      ),
    );
    expect(contents.sql).toBe("EXPLAIN (FORMAT JSON) SELECT 'é', $1::int, wanted FROM t");
    const bytes = Buffer.byteLength(contents.sql.slice(0, contents.sql.indexOf('wanted')), 'utf8');
    expect(contents.positionOf(bytes)).toBe(sql.indexOf('wanted') + 1);
    expect(contents.positionOf(-1)).toBeUndefined();
  });

  test('of a syntax error is mapped back', async () => {
    const sql = 'SELECT :long_name, ) FROM t';
    await expect(
      parseStatement(requestFor({ ...read, sql, parameters: named('long_name') }), databaseFor(read)),
    ).rejects.toMatchObject({ position: sql.indexOf(')') + 1 });
  });
});
