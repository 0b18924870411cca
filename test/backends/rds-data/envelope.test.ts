/** The envelope (invariant 4): what is sent holds the caller's own tree in its place and nothing else, or it is not sent. */

import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openAuthorized } from '../../../src/audit/audit-log.ts';
import { bare, enveloped, preparation } from '../../../src/backends/rds-data/envelope.ts';
import { asPostgresGetsIt } from '../../../src/backends/rds-data/placeholders.ts';
import { parseTree } from '../../../src/sql/parser.ts';
import { openStatement, type StatementContents } from '../../../src/sql/statement.ts';
import { readCorpus } from '../../sql/corpus/corpus.ts';
import { aDatabase, authorizedQuery } from '../../support/authorized.ts';

const database = aDatabase({ type: 'embedded' });
const caps = { maxRows: 10, maxBytes: 1000 };

const statementOf = (sql: string): Readonly<StatementContents> =>
  openStatement(openAuthorized(authorizedQuery({ database, sql })).statement);

/** A statement whose text says more than the tree that was admitted. */
const forged = (sql: string, admitted: string): Readonly<StatementContents> => ({
  ...statementOf(sql),
  tree: statementOf(admitted).tree,
});

beforeAll(() => parseTree('SELECT 1'));

describe('a text that says something other than what was admitted', () => {
  test.each([
    'SELECT 1), evil AS (SELECT 2',
    'SELECT 1) SELECT 2 --',
    'SELECT 2',
    'SELECT 1 /* */ UNION SELECT 2',
    'SELECT 1)\nSELECT * FROM secrets; --',
  ])('%s is not sent', async (sql) => {
    await expect(enveloped(forged(sql, 'SELECT 1'), 1, [], caps)).rejects.toThrow();
    await expect(bare(forged(sql, 'SELECT 1'), [])).rejects.toThrow();
    await expect(preparation(forged(sql, 'SELECT 1'), 'p', [])).rejects.toThrow();
  });

  test('two parameters cannot change places', async () => {
    await expect(enveloped(forged('SELECT $2, $1', 'SELECT $1, $2'), 2, [], caps)).rejects.toThrow();
    await expect(bare(forged('DELETE FROM t WHERE a = $2', 'DELETE FROM t WHERE a = $1'), [])).rejects.toThrow();
  });
});

describe('what is sent', () => {
  test('is named by its SHA-256 and binds each parameter once', async () => {
    const { sql, sha256, markers } = await enveloped(
      statementOf('SELECT $2, $1, $2'),
      3,
      ['pg_catalog.int4', undefined],
      caps,
    );
    expect(sha256).toBe(createHash('sha256').update(sql).digest('hex'));
    expect(markers).toEqual([2, 1]);
    expect(sql).toContain('SELECT :1, CAST(:2 AS pg_catalog.int4), $1');
  });

  test('leads positions back to the statement, over characters of any width', async () => {
    const text = `SELECT 'ä😀', $1, nix`;
    const { sql, toStatement } = await enveloped(statementOf(text), 3, ['pg_catalog.int4'], caps);
    const characters = [...sql];
    const at = characters.join('').indexOf('nix');
    const position = [...characters.join('').slice(0, at)].length + 1;
    expect(toStatement(position)).toBe([...text.slice(0, text.indexOf('nix'))].length + 1);
    expect(toStatement(1)).toBeUndefined();
  });

  test('is every read of the corpus', async () => {
    const reads = readCorpus('reads').filter(({ parameters }) => parameters.style === 'positional');
    for (const { sql } of reads) {
      const statement = statementOf(sql);
      if (statement.tree['SelectStmt'] !== undefined)
        expect((await enveloped(statement, 1, [], caps)).sql).toContain('pgwarden_statement');
    }
  });
});

describe('a text whose placeholders are in doubt', () => {
  test.each([
    ['a dollar quote', 'SELECT $$ :x $$'],
    ['a string that only some would end', `SELECT E'\\' :x '`],
    ['a comment that only some would end', 'SELECT 1 /* /* */ :x */'],
    ['a slice', 'SELECT a[1:2]'],
  ])('%s', (_, sql) => {
    expect(asPostgresGetsIt(sql, [])).toBeUndefined();
  });

  test.each([`SELECT ':x'`, 'SELECT ":x"', 'SELECT a::int', 'SELECT 1 -- :x', 'SELECT 1 /* :x */', 'SELECT f(a := 1)'])(
    '%s is in no doubt',
    (sql) => {
      expect(asPostgresGetsIt(sql, [])).toBe(sql);
    },
  );
});
