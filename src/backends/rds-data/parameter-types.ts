/** Asks PostgreSQL which types the parameters of a statement have; nothing is run. */

import { randomBytes } from 'node:crypto';
import { parseTree, scan } from '../../sql/parser.ts';
import type { StatementContents } from '../../sql/statement.ts';
import { fieldsOf, isTree } from '../../sql/tree.ts';
import type { Executed, MarkerValues } from './data-api.ts';
import { ownText, preparation, type Sendable, typeQuestion } from './envelope.ts';
import type { CastType } from './envelope-proof.ts';
import { isSameTree } from './same-tree.ts';

export type ParameterTypes = readonly (CastType | undefined)[];

/** Runs one text in the call's transaction. */
export type Ask = (sql: string, values: MarkerValues, toStatement?: Sendable['toStatement']) => Promise<Executed>;

const preparedTypes = `SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname)
FROM pg_catalog.pg_prepared_statements AS p CROSS JOIN LATERAL pg_catalog.unnest(p.parameter_types) WITH ORDINALITY AS u (type, position)
JOIN pg_catalog.pg_type AS t ON t.oid = u.type JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE p.name = $1 ORDER BY u.position`;

/** A write cannot stand in an envelope without running: it is prepared, asked about, and forgotten. Three requests. */
async function ofWrite(
  statement: Readonly<StatementContents>,
  stated: ParameterTypes,
  ask: Ask,
): Promise<ParameterTypes> {
  const name = `pgwarden_${randomBytes(8).toString('hex')}`;
  const { sql, toStatement } = await preparation(statement, name, stated);
  await ask(sql, [], toStatement);
  const { records } = await ask(ownText(preparedTypes, ['pg_catalog.text']), [name]);
  await ask(`DEALLOCATE ${name}`, []);
  return stated.map((type, index) => type ?? records[index]?.[0]?.stringValue);
}

async function ofQuery(
  statement: Readonly<StatementContents>,
  stated: ParameterTypes,
  ask: Ask,
): Promise<ParameterTypes> {
  const question = await typeQuestion(statement, stated);
  const nothing = question.markers.map(() => null);
  const { records } = await ask(question.sql, nothing, question.toStatement);
  const types = [...stated];
  for (const [index, parameter] of question.markers.entries())
    types[parameter - 1] ??= records[0]?.[index]?.stringValue;
  return types;
}

/** The query that EXPLAIN explains, as a statement of its own: the rest of the text whose tree it is. */
async function explained(statement: Readonly<StatementContents>): Promise<Readonly<StatementContents> | undefined> {
  const tree = fieldsOf(statement.tree, 'ExplainStmt')?.['query'];
  if (!isTree(tree)) return undefined;
  const bytes = Buffer.from(statement.sql, 'utf8');
  for (const { start } of await scan(statement.sql)) {
    const sql = bytes.toString('utf8', start);
    const { stmts } = await parseTree(sql).catch(() => ({ stmts: [] }));
    if (stmts.length === 1 && isSameTree(tree, stmts[0]?.['stmt'])) return { ...statement, sql, tree };
  }
  return undefined;
}

/** `stated`: what the caller said. Rejects with what `ask` does. */
export async function askParameterTypes(
  statement: Readonly<StatementContents>,
  stated: ParameterTypes,
  ask: Ask,
): Promise<ParameterTypes> {
  if (stated.every((type) => type !== undefined)) return stated;
  if (statement.class === 'write') return ofWrite(statement, stated, ask);
  if (fieldsOf(statement.tree, 'SelectStmt') !== undefined) return ofQuery(statement, stated, ask);
  const query = await explained(statement);
  // Positions in the query are not those of the whole: the error, should there be one, is told without.
  return query === undefined ? stated : ofQuery(query, stated, (sql, values) => ask(sql, values));
}
