/** The admitted grammar is PostgreSQL's own, and everything outside it is refused. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodesNewerThan } from '../../src/sql/grammar-versions.ts';
import { nodeKinds, wordLists } from '../../src/sql/node-kinds.ts';
import { parseTree } from '../../src/sql/parser.ts';
import type { Tree } from '../../src/sql/statement.ts';
import { isTree } from '../../src/sql/tree.ts';
import { maxTreeDepth, UnknownGrammar, walkStatement } from '../../src/sql/walker.ts';
import { readCorpus } from './corpus/corpus.ts';

const require = createRequire(import.meta.url);
const types = dirname(require.resolve('@pgsql/types', { paths: [require.resolve('libpg-query')] }));

async function treeOf(sql: string): Promise<Tree> {
  const tree = (await parseTree(sql)).stmts[0]?.['stmt'];
  if (!isTree(tree)) throw new Error('no statement');
  return tree;
}

describe('the table of the grammar', () => {
  const declared = new Map(
    [...readFileSync(join(types, 'types.d.ts'), 'utf8').matchAll(/export interface (\w+) \{([^}]*)\}/g)].map(
      ([, kind = '', body = '']) => [
        kind,
        new Map([...body.matchAll(/(\w+)\?: ([^;]+);/g)].map(([, field = '', type = '']) => [field, type])),
      ],
    ),
  );

  test('names only kinds, fields and types that the grammar package declares', () => {
    const wrong = Object.entries(nodeKinds).flatMap(([kind, { fields }]) =>
      Object.entries(fields)
        .filter(([field, type]) => declared.get(kind)?.get(field) !== (type === 'location' ? 'number' : type))
        .map(([field]) => `${kind}.${field}`),
    );
    expect(wrong).toEqual([]);
  });

  test('lists exactly the words that the grammar package declares', () => {
    const enums = readFileSync(join(types, 'enums.d.ts'), 'utf8');
    for (const [name, words] of Object.entries(wordLists)) {
      const [, body = ''] = new RegExp(`export type ${name} = ([^;]+);`).exec(enums) ?? [];
      expect([name, [...body.matchAll(/"(\w+)"/g)].map(([, word]) => word)]).toEqual([name, words.split(' ')]);
    }
  });

  test('gives every field a type that the walker can check', () => {
    const known = new Set([
      'Node',
      'Node[]',
      'string',
      'number',
      'boolean',
      'location',
      ...Object.keys(nodeKinds),
      ...Object.keys(wordLists),
    ]);
    expect(
      Object.values(nodeKinds)
        .flatMap(({ fields }) => Object.values(fields))
        .filter((type) => !known.has(type)),
    ).toEqual([]);
  });
});

describe('the walker', () => {
  const walk = (tree: Tree) => walkStatement(tree, () => undefined);
  const selectWith = (fields: Tree): Tree => ({
    SelectStmt: { targetList: [{ ResTarget: { val: { A_Const: { ival: { ival: 1 } } } } }], ...fields },
  });

  test('visits every node of a statement', async () => {
    const seen = new Set<string>();
    for (const one of readCorpus('reads').filter(({ parameters }) => parameters.style === 'positional'))
      walkStatement(await treeOf(one.sql), (kind) => seen.add(kind));
    const outsideReads = [
      'InsertStmt',
      'UpdateStmt',
      'DeleteStmt',
      'MergeStmt',
      'TruncateStmt',
      'OnConflictClause',
      'InferClause',
      'IndexElem',
      'MergeWhenClause',
      'ReturningClause',
      'ReturningOption',
      'IntoClause',
      'LockingClause',
      'CurrentOfExpr',
      'SetToDefault',
      'MultiAssignRef',
      'MergeSupportFunc',
      'JsonReturning',
    ];
    expect(Object.keys(nodeKinds).filter((kind) => !seen.has(kind) && !outsideReads.includes(kind))).toEqual([]);
  });

  test.each([
    ['an unknown kind', selectWith({ whereClause: { FutureExpr: { arg: {} } } })],
    [
      'an unknown kind deep inside a list',
      selectWith({
        fromClause: [{ RangeSubselect: { subquery: { SelectStmt: { targetList: [{ NewTarget: {} }] } } } }],
      }),
    ],
    ['an unknown field', selectWith({ futureClause: [] })],
    ['an unknown word', selectWith({ limitOption: 'LIMIT_OPTION_PERCENT' })],
    ['a node where a word is due', selectWith({ op: { FuncCall: {} } })],
    ['a list where a node is due', selectWith({ whereClause: [{ FuncCall: {} }] })],
    ['a node where a list is due', selectWith({ targetList: { FuncCall: {} } })],
    ['two kinds in one node', selectWith({ whereClause: { A_Const: {}, FuncCall: {} } })],
    ['text where a node is due', selectWith({ whereClause: 'true' })],
    ['a kind named as a property of every object', selectWith({ whereClause: { constructor: {} } })],
    ['a field that analysis fills', selectWith({ whereClause: { FuncCall: { funcid: 1 } } })],
    ['a kind of another statement', selectWith({ whereClause: { CopyStmt: {} } })],
  ])('refuses %s', (_, tree) => {
    expect(() => walk(tree)).toThrow(UnknownGrammar);
  });

  test('refuses trees deeper than its bound instead of exhausting the stack', () => {
    let tree: Tree = { A_Const: { ival: {} } };
    for (let depth = 0; depth <= maxTreeDepth; depth += 1) tree = { BoolExpr: { boolop: 'NOT_EXPR', args: [tree] } };
    expect(() => walk(selectWith({ whereClause: tree }))).toThrow(/deep/);
  });
});

describe('grammar newer than the server', () => {
  const newer = async (sql: string, server: number) =>
    nodesNewerThan(await treeOf(sql), server).map(({ construct, since, location }) => [construct, since, location]);

  test.each([
    ["SELECT json_value(a, '$') FROM t", 17, 7],
    ['SELECT json_scalar(1)', 17, 7],
    ["SELECT json('1')", 17, 7],
    ['SELECT json_array(1)', 16, 7],
    ["SELECT json_object('a': 1)", 16, 7],
    ["SELECT 'x' IS JSON", 16, 7],
    ['SELECT system_user', 16, 7],
    ['SELECT now() AT LOCAL', 17, 7],
    ['EXPLAIN (MEMORY) SELECT 1', 17, 9],
    ['EXPLAIN (GENERIC_PLAN) SELECT 1', 16, 9],
    ["SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a int)) t", 17, 14],
    ["SELECT xmlserialize(content '<a/>' AS text INDENT)", 16, 7],
  ])('%s needs PostgreSQL %i', async (sql, since, location) => {
    const found = await newer(sql, since - 1);
    expect(found[0]?.slice(1)).toEqual([since, location]);
    expect(await newer(sql, since)).toEqual([]);
  });

  test.each([
    ['UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a', 18],
    ['MERGE INTO t USING s ON true WHEN NOT MATCHED BY SOURCE THEN DELETE', 17],
    ['MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE RETURNING merge_action()', 17],
    ['MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE', 15],
  ])('%s needs PostgreSQL %i', async (sql, since) => {
    expect(await newer(sql, since - 1)).not.toEqual([]);
    expect(await newer(sql, since)).toEqual([]);
  });

  test('plain SQL is older than every server we meet', async () => {
    expect(
      await newer("SELECT timezone('UTC', now()), now() AT TIME ZONE 'UTC', json_build_array(1) FROM t ORDER BY 1", 13),
    ).toEqual([]);
  });
});
