/** Which statements are admitted: an allow-list of kinds, and what none of them may hold at any depth. */

import { Refusal } from '../model/errors.ts';
import type { Action } from '../model/request.ts';
import { readExplainOptions } from './explain-options.ts';
import { describeRefused } from './refused-statements.ts';
import { whySettingIsHarmless } from './settings.ts';
import type { StatementClass, Tree } from './statement.ts';
import { fieldsOf, listOf, unwrap } from './tree.ts';
import { walkStatement } from './walker.ts';

/** What the call may do at most, and what the tool promises. */
export interface Scope {
  readonly intent: 'read' | 'write';
  readonly action: Action;
  /** False only for a database configured as writable. */
  readonly readonly: boolean;
}

export interface Verdict {
  readonly class: StatementClass;
  readonly kind: string;
  readonly nodes: number;
  /** The highest `$n`. */
  readonly parameters: number;
}

/** Beyond these a text holds a planner up rather than asks a question. The largest legitimate statement seen had 2 100 nodes and 31 joins. */
export const maxNodes = 12_000;
export const maxJoins = 150;

/** Kind → class and reason. What is not here is refused. */
const admitted: Readonly<Record<string, { readonly class: 'read' | 'write'; readonly why: string }>> = {
  SelectStmt: { class: 'read', why: 'SELECT, VALUES and TABLE read; the rules below forbid their writing forms' },
  ExplainStmt: { class: 'read', why: 'plans a SELECT; with ANALYZE it runs that SELECT' },
  VariableShowStmt: { class: 'read', why: 'reads one setting of the list in settings.ts' },
  InsertStmt: { class: 'write', why: 'a policy can name the relation and its columns' },
  UpdateStmt: { class: 'write', why: 'a policy can name the relation and its columns' },
  DeleteStmt: { class: 'write', why: 'a policy can name the relation and its columns' },
  MergeStmt: { class: 'write', why: 'a policy can name the relation and its columns' },
  TruncateStmt: {
    class: 'write',
    why: 'a policy can name the relation; CASCADE, which reaches unnamed ones, is refused',
  },
};

/** Locations are byte offsets; `fail` gets what the caller is told and where. A location is that of the nearest node that has one. */
export type Fail = (message: string, hint: string, location: number) => never;

/** Throws the Refusal through `fail`, or says what the statement is. */
export function classify(statement: Tree, scope: Scope, fail: Fail): Verdict {
  const top = unwrap(statement);
  if (top === undefined || !Object.hasOwn(admitted, top.kind)) return refuseKind(top?.kind ?? 'Unknown', fail);
  if (top.kind === 'ExplainStmt') checkExplain(top.fields, scope, fail);
  const found = inspect(statement, scope, fail);
  if (top.kind === 'VariableShowStmt') checkShow(top.fields);
  if (top.kind === 'TruncateStmt' && top.fields['behavior'] === 'DROP_CASCADE')
    fail('TRUNCATE … CASCADE empties tables that are not named.', 'Name every table, without CASCADE.', 0);
  return {
    class: found.writes ? 'write' : 'read',
    kind: kindOf(top.kind, top.fields),
    nodes: found.nodes,
    parameters: found.parameters,
  };
}

function refuseKind(kind: string, fail: Fail): never {
  const { name, hint } = describeRefused(kind);
  return fail(`${name} is not admitted: only reads are.`, hint, 0);
}

interface Found {
  writes: boolean;
  nodes: number;
  joins: number;
  parameters: number;
}

function inspect(statement: Tree, scope: Scope, fail: Fail): Found {
  const found: Found = { writes: false, nodes: 0, joins: 0, parameters: 0 };
  walkStatement(statement, (kind, node, location) => {
    found.nodes += 1;
    if (kind === 'JoinExpr') found.joins += 1;
    else if (kind === 'ParamRef') found.parameters = Math.max(found.parameters, Number(node['number'] ?? 0));
    else if (kind === 'SelectStmt') found.joins += Math.max(0, listOf(node['fromClause']).length - 1);
    else if (kind === 'IntoClause')
      fail(
        'SELECT INTO creates a table.',
        'Leave INTO out; the answer carries the rows.',
        locationOfInto(node, location),
      );
    else if (kind === 'LockingClause')
      fail(
        'SELECT … FOR UPDATE, SHARE or KEY locks rows.',
        'Leave the locking clause out.',
        locationOfLock(node, location),
      );
    else if (kind === 'CurrentOfExpr')
      fail('WHERE CURRENT OF needs a cursor.', 'Name the rows by a condition.', location);
    else if (admitted[kind]?.class === 'write') {
      found.writes = true;
      checkWrite(kind, scope, location, fail);
    }
    if (found.nodes > maxNodes) throw tooLarge(`The statement has more than ${maxNodes} nodes.`);
    if (found.joins > maxJoins) throw tooLarge(`The statement joins more than ${maxJoins} times.`);
  });
  return found;
}

function checkWrite(kind: string, scope: Scope, location: number, fail: Fail): void {
  const name = kindOf(kind, {});
  if (scope.readonly) fail(`${name} writes, and this database is read-only.`, 'Send a SELECT.', location);
  if (scope.intent !== 'write')
    fail(`${name} writes, and this tool only reads.`, 'Use execute_statement for writes.', location);
}

function checkExplain(explain: Tree, scope: Scope, fail: Fail): void {
  if (fieldsOf(explain['query'], 'SelectStmt') === undefined)
    fail(
      `EXPLAIN is admitted over a SELECT only, not over ${describeInner(explain['query'])}.`,
      'Explain the SELECT inside it.',
      0,
    );
  const { analyzes } = readExplainOptions(explain);
  if (analyzes && scope.action === 'explain')
    fail('EXPLAIN ANALYZE runs the query, and this tool never does.', 'Leave ANALYZE out.', 0);
}

function describeInner(query: unknown): string {
  const kind = unwrap(query)?.kind ?? 'Unknown';
  return Object.hasOwn(admitted, kind) ? kindOf(kind, {}) : describeRefused(kind).name;
}

function checkShow(show: Tree): void {
  const name = typeof show['name'] === 'string' ? show['name'] : '';
  if (whySettingIsHarmless(name) !== undefined) return;
  throw new Refusal('NAME_NOT_AVAILABLE', `${JSON.stringify(name)}: no such setting, or not permitted to you.`, {
    hint:
      name === 'all'
        ? 'SHOW one setting by its name.'
        : 'Settings about files, hosts, roles and secrets are not shown.',
  });
}

/** INTO's location is that of the new table's name. */
function locationOfInto(into: Tree, outer: number): number {
  const rel = into['rel'];
  const location = typeof rel === 'object' && rel !== null && 'location' in rel ? rel.location : undefined;
  return typeof location === 'number' ? location : outer;
}

/** A locking clause has no location of its own; that of the first relation after OF serves. */
function locationOfLock(lock: Tree, outer: number): number {
  const location = fieldsOf(listOf(lock['lockedRels'])[0], 'RangeVar')?.['location'];
  return typeof location === 'number' ? location : outer;
}

function tooLarge(message: string): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', message, {
    hint: 'Split the question, or send long lists as one array parameter.',
  });
}

/** `SelectStmt` → SELECT, VALUES or TABLE; the others by their first word. */
function kindOf(kind: string, fields: Tree): string {
  if (kind === 'VariableShowStmt') return 'SHOW';
  if (kind !== 'SelectStmt') return kind.replace(/Stmt$/, '').toUpperCase();
  if (fields['valuesLists'] !== undefined) return 'VALUES';
  const star = fieldsOf(fieldsOf(listOf(fields['targetList'])[0], 'ResTarget')?.['val'], 'ColumnRef');
  return star?.['location'] === -1 ? 'TABLE' : 'SELECT';
}
