/** The decision point (PDP): may this principal do what the reading says, in this database? */

import type { Database } from '../model/database.ts';
import type { Principal } from '../model/principal.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Access } from '../sql/access.ts';
import type { Sight } from '../sql/name-not-available.ts';
import type { StatementContents } from '../sql/statement.ts';
import type { Decision } from './permit.ts';

export interface Question {
  readonly principal: Principal;
  readonly database: Database;
  readonly request: QueryRequest;
  readonly statement: Readonly<StatementContents>;
  readonly access: Access;
}

/** Answers relation by relation and column by column for one principal: what tools need to show only what may be seen. */
export interface Visibility {
  /** Whether the relation may be listed: whoever may select one of its columns may. */
  readonly relation: (schema: string, relation: string, columns: readonly string[]) => boolean;
  /** Whether the column may be described: whoever may select it may. */
  readonly column: (schema: string, relation: string, column: string) => boolean;
  readonly function: (schema: string, name: string, args: readonly string[]) => boolean;
  /** What the reading of a statement may treat as existing: wider than the above, it counts every action. */
  readonly knows: Sight;
}

export interface DecisionPoint {
  /** Decides one call. Throws POLICY_UNAVAILABLE when the policy cannot be read: nothing is permitted then. */
  readonly decide: (question: Question) => Promise<Decision>;
  /** Whether any rule gives this principal anything in the database (needed before parsing: invariant 7). Synchronous and fast. */
  readonly mayUse: (principal: Principal, databaseId: string) => boolean;
  /** Whether any rule gives this principal a write action there. */
  readonly mayWrite: (principal: Principal, databaseId: string) => boolean;
  readonly visibility: (principal: Principal, databaseId: string) => Visibility;
  /** Changes whenever any policy text changes. */
  readonly version: (databaseId: string) => string;
}
