/** What would happen to a statement, as one stable object: all of it for operators, only what the caller may know for callers. */

import type { RelationKind } from '../catalog/catalog.ts';
import type { BrokerError, ErrorCode } from '../model/errors.ts';
import type { Access, FunctionAccess, RelationAccess } from '../sql/access.ts';
import { NameNotAvailable } from '../sql/name-not-available.ts';
import { openStatement, type ParsedStatement } from '../sql/statement.ts';
import { refusalOf } from './authorize.ts';
import type { Decision } from './permit.ts';

/** `schema` and `kind` are null for a name of which nothing may be told; it then stands as the caller wrote it. */
export interface ExplainedRelation {
  readonly schema: string | null;
  readonly name: string;
  readonly kind: RelationKind | null;
  /** `*` and whole rows expanded, system columns by name; empty when none is named. */
  readonly columns: readonly string[];
  /** select, insert, update … */
  readonly access: string;
}

/** Functions outside pg_catalog, those behind operators, casts, aggregates and attribute notation included. */
export interface ExplainedFunction {
  readonly schema: string | null;
  readonly name: string;
  readonly args: readonly string[];
}

/** One reason; a refusal has at least one. */
export interface ExplainedDenial {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly position: number | null;
  readonly resource: string | null;
  readonly action: string | null;
}

/** These eight keys are a contract: `policy explain --json` prints them, `check_access` answers them. */
export interface Explanation {
  /** Null when the text could not be read. */
  readonly class: string | null;
  readonly statements: number | null;
  readonly relations: readonly ExplainedRelation[];
  readonly functions: readonly ExplainedFunction[];
  readonly decision: 'permit' | 'deny';
  readonly code: ErrorCode | null;
  readonly rules: readonly string[];
  readonly denied: readonly ExplainedDenial[];
}

/** What the corridor had when it ended: each room adds what it handed out. */
export interface Walked {
  readonly statement?: ParsedStatement | undefined;
  readonly access?: Access | undefined;
  readonly decision?: Decision | undefined;
  /** Absent when the call was permitted. */
  readonly error?: BrokerError | undefined;
}

/** For operators: every relation, function and rule, also on deny. Never for an answer to a caller. */
export function explain(walked: Walked): Explanation {
  const { access, decision, error } = walked;
  return {
    ...reading(walked),
    relations: access === undefined ? missingRelations(error) : relationItems(access),
    functions: access === undefined ? missingFunctions(error) : shownFunctions(access).map(functionItem),
    ...ruling(walked),
    rules: decision?.rules ?? [],
    denied: denials(walked),
  };
}

/**
 * For callers. A permit shows everything, for the caller may read it. A refusal names no rule and expands nothing; one
 * for a name is made of the error alone, so that a hidden name and a missing one give the same object.
 */
export function explainToCaller(walked: Walked): Explanation {
  const { access, decision, error } = walked;
  if (error === undefined) return explain(walked);
  const nameHidden =
    access === undefined ||
    error.code === 'NAME_NOT_AVAILABLE' ||
    decision?.denied.some(({ code }) => code === 'NAME_NOT_AVAILABLE') === true;
  return {
    ...reading(walked),
    relations: nameHidden
      ? missingRelations(error)
      : access.relations.filter(({ behindView }) => behindView !== true).map(relationAsWritten),
    functions: nameHidden ? missingFunctions(error) : shownFunctions(access).map(functionAsWritten),
    ...ruling(walked),
    rules: [],
    denied: nameHidden ? denials({ error }) : denials(walked),
  };
}

const reading = ({ statement }: Walked): Pick<Explanation, 'class' | 'statements'> => ({
  class: statement === undefined ? null : openStatement(statement).class,
  statements: statement === undefined ? null : 1,
});

const ruling = ({ error }: Walked): Pick<Explanation, 'decision' | 'code'> => ({
  decision: error === undefined ? 'permit' : 'deny',
  code: error?.code ?? null,
});

/** One item for each relation and action; what views read is not listed, as their bodies are not expanded. */
function relationItems({ relations }: Access): readonly ExplainedRelation[] {
  const items = new Map<string, ExplainedRelation>();
  for (const relation of relations) {
    if (relation.behindView === true) continue;
    const item = relationItem(relation);
    const key = JSON.stringify([item.schema, item.name, item.access]);
    const columns = new Set([...(items.get(key)?.columns ?? []), ...item.columns]);
    items.set(key, { ...item, columns: [...columns] });
  }
  return [...items.values()];
}

const relationItem = ({ schema, name, kind, columns, action }: RelationAccess): ExplainedRelation => ({
  schema,
  name,
  kind,
  columns: columns.map((column) => column.name),
  access: action,
});
const relationAsWritten = ({ written, action }: RelationAccess): ExplainedRelation => ({
  schema: null,
  name: written,
  kind: null,
  columns: [],
  access: action,
});

const shownFunctions = ({ functions }: Access): readonly FunctionAccess[] =>
  functions.filter(({ schema }) => schema !== 'pg_catalog');
const functionItem = ({ schema, name, args }: FunctionAccess): ExplainedFunction => ({ schema, name, args });
const functionAsWritten = ({ written }: FunctionAccess): ExplainedFunction => ({
  schema: null,
  name: written,
  args: [],
});

function missingRelations(error: BrokerError | undefined): readonly ExplainedRelation[] {
  if (!(error instanceof NameNotAvailable) || error.nameKind !== 'relation') return [];
  return [{ schema: null, name: error.written, kind: null, columns: [], access: 'select' }];
}

function missingFunctions(error: BrokerError | undefined): readonly ExplainedFunction[] {
  if (!(error instanceof NameNotAvailable) || (error.nameKind !== 'function' && error.nameKind !== 'operator'))
    return [];
  return [{ schema: null, name: error.written, args: [] }];
}

function denials({ statement, decision, error }: Walked): readonly ExplainedDenial[] {
  if (error === undefined) return [];
  if (statement === undefined || decision === undefined || decision.denied.length === 0)
    return [denialItem(error, error instanceof NameNotAvailable ? error.written : null, null)];
  const { database } = openStatement(statement);
  return decision.denied.map((denial) => denialItem(refusalOf(denial, database), denial.resource, denial.action));
}

const denialItem = (error: BrokerError, resource: string | null, action: string | null): ExplainedDenial => ({
  code: error.code,
  message: error.message,
  hint: error.hint ?? null,
  position: error.position ?? null,
  resource,
  action,
});
