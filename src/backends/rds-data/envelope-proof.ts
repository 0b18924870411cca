/** Proves of a text made from a statement that it holds the caller's own tree in the place meant for it, and nothing else that is not written here. */

import { Refusal } from '../../model/errors.ts';
import { parseTree } from '../../sql/parser.ts';
import type { StatementContents, Tree } from '../../sql/statement.ts';
import { fieldsOf, listOf } from '../../sql/tree.ts';
import { isSameTree } from './same-tree.ts';

/** A type as it is written in a cast: schema and name, both quoted. */
export type CastType = string;

/** The texts around a statement; the statement stands where they meet, on lines of its own. */
export interface Frame {
  readonly before: string;
  readonly after: string;
}

export const noFrame: Frame = { before: '', after: '' };

const differs = () =>
  new Refusal(
    'STATEMENT_TOO_COMPLEX',
    'The statement cannot be sent over the RDS Data API without changing its meaning.',
  );

/** Each parameter of the original as it must read in the text: the marker, inside its cast where there is one. */
export async function expectation(
  markers: readonly number[],
  types: readonly (CastType | undefined)[],
): Promise<(node: Tree) => unknown> {
  const expected = new Map<number, unknown>();
  for (const [index, parameter] of markers.entries()) {
    const type = types[parameter - 1];
    const marker = `$${index + 1}`;
    const { stmts } = await parseTree(`SELECT ${type === undefined ? marker : `CAST(${marker} AS ${type})`}`);
    const select = fieldsOf(stmts[0]?.['stmt'], 'SelectStmt');
    expected.set(parameter, fieldsOf(listOf(select?.['targetList'])[0], 'ResTarget')?.['val']);
  }
  return (node) => {
    const parameter = fieldsOf(node, 'ParamRef')?.['number'];
    return typeof parameter === 'number' && Object.keys(node).length === 1 ? expected.get(parameter) : node;
  };
}

/** The statement inside the parsed text: what is prepared, the body of the first WITH query, or the whole without a frame. */
function inner(tree: unknown, framed: boolean): unknown {
  if (!framed) return tree;
  const prepared = fieldsOf(tree, 'PrepareStmt');
  if (prepared !== undefined) return prepared['query'];
  const clause = fieldsOf(tree, 'SelectStmt')?.['withClause'];
  const [query] = listOf(typeof clause === 'object' && clause !== null ? Reflect.get(clause, 'ctes') : undefined);
  return fieldsOf(query, 'CommonTableExpr')?.['ctequery'];
}

async function onlyTree(sql: string): Promise<unknown> {
  const { stmts } = await parseTree(sql);
  if (stmts.length !== 1) throw differs();
  return stmts[0]?.['stmt'];
}

/** Throws STATEMENT_TOO_COMPLEX unless `sent` holds the statement's own tree, its parameters replaced, in the frame as it is written, and nothing else. */
export async function prove(
  statement: Readonly<StatementContents>,
  sent: string,
  frame: Frame,
  replace: (node: Tree) => unknown,
) {
  const framed = frame !== noFrame;
  const tree = await onlyTree(sent);
  if (!isSameTree(statement.tree, inner(tree, framed), replace)) throw differs();
  if (!framed) return;
  const template = await onlyTree(`${frame.before}SELECT${frame.after}`);
  const placeholder = inner(template, true);
  const blank = (node: Tree) => (node === inner(tree, true) ? placeholder : node);
  if (!isSameTree(tree, template, blank)) throw differs();
}
