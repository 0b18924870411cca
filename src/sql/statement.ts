/** Seal 1: exactly one statement, read by PostgreSQL's own grammar and classified. */

import type { Database } from '../model/database.ts';
import type { BindParameters, QueryRequest } from '../model/request.ts';
import { createSeal, type Sealed } from '../model/seal.ts';

/** pgAudit's words. */
export type StatementClass = 'read' | 'write' | 'ddl' | 'role' | 'function' | 'misc';

/** A node of the parse tree: libpg-query's JSON, read-only. */
export type Tree = { readonly [field: string]: unknown };

export interface StatementContents {
  /** Byte for byte what the server will be sent (adapters that must add an envelope re-parse it: invariant 4). */
  readonly sql: string;
  /** The one statement of the parse tree (the `stmt` node, e.g. `{ SelectStmt: {…} }`). */
  readonly tree: Tree;
  readonly class: StatementClass;
  /** The command, in SQL's words: SELECT, VALUES, TABLE, EXPLAIN, SHOW, INSERT, UPDATE, DELETE, MERGE … */
  readonly kind: string;
  /** Set for one of the broker's own fixed texts: its name. */
  readonly fixed: string | undefined;
  /** In the order of `$1, $2 …`: named values of the request are already in their places. */
  readonly parameters: BindParameters;
  /** How many values the text asks for. A call that runs the statement must have given as many. */
  readonly parameterCount: number;
  /** Byte offset in the tree → 1-based character in the text as the caller wrote it; undefined for "unknown" (-1). */
  readonly positionOf: (location: number) => number | undefined;
  readonly request: QueryRequest;
  readonly database: Database;
}

export type ParsedStatement = Sealed<'ParsedStatement'>;

const statements = createSeal<'ParsedStatement', StatementContents>('ParsedStatement');

/** Only `sql/parse-statement.ts` may call this: it vouches for the grammar and the class. */
export const sealStatement: (contents: StatementContents) => ParsedStatement = (contents) => statements.seal(contents);

export const openStatement = statements.open;
