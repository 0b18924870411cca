/** One relation of a reading before the rules: each column on its own, views and catalogs by their special rules, masks last. */

import type { Action } from '../model/request.ts';
import type { ColumnUse, OutputColumn, RelationAccess } from '../sql/access.ts';
import { printName } from './identifiers.ts';
import type { Judge } from './judge.ts';
import { judgeMasks } from './judge-masks.ts';
import { knowsColumn, knowsRelation } from './knowledge.ts';
import type { Denial, Mask } from './permit.ts';
import {
  accessTarget,
  columnTarget,
  isSecret,
  relationTarget,
  whyColumnOnlyByName,
  whyOnlyByName,
} from './relation-targets.ts';
import type { RelationTarget } from './resource.ts';
import { writeActions } from './rule.ts';

/** What the parts of a decision add up to: a reading is permitted when nothing is denied. */
export interface Judgement {
  readonly rules: Set<string>;
  readonly denied: Denial[];
  readonly masks: Mask[];
}

export interface Manner {
  /** What is asked instead of `select`: `explain` where nothing runs, `describe` where only the definition is told. */
  readonly reading: Extract<Action, 'select' | 'explain' | 'describe'>;
  /** An EXPLAIN shows what stands behind a view. */
  readonly explains: boolean;
  /** An EXPLAIN that names every column of a table, read or not. */
  readonly verbose: boolean;
  readonly readonly: boolean;
  readonly output: readonly OutputColumn[] | undefined;
}

/** Adds to `judgement` what the rules say of one relation. */
export function judgeRelation(judge: Judge, access: RelationAccess, manner: Manner, judgement: Judgement): void {
  if (access.behindView !== true) {
    judgeNamed(judge, access, manner, judgement);
    return;
  }
  // what a view reads with its caller's rights is judged like the rest, but the statement did not name it: neither may we
  const inner = { ...judgement, denied: [] };
  judgeNamed(judge, access, manner, inner);
  if (inner.denied.length === 0) return;
  const { written: resource, position } = access;
  const hint = 'This view reads with the rights of its caller, and something behind it is not permitted to you.';
  judgement.denied.push({ code: 'POLICY_DENIED', kind: 'relation', resource, action: manner.reading, position, hint });
}

function judgeNamed(judge: Judge, access: RelationAccess, manner: Manner, judgement: Judgement): void {
  const action = access.action === 'select' ? manner.reading : access.action;
  const refuse = (details: Pick<Denial, 'code'> & Partial<Denial>) =>
    judgement.denied.push({
      resource: resourceName(access),
      action,
      position: access.position,
      kind: 'relation',
      ...details,
    });

  if (!knowsRelation(judge, access.schema, access.name, access.allColumns)) {
    refuse({ code: 'NAME_NOT_AVAILABLE', resource: access.written });
    return;
  }
  if (manner.readonly && writeActions.includes(action)) {
    refuse({ code: 'POLICY_DENIED', hint: 'The database is read-only.' });
    return;
  }
  if (access.forbiddenBehind.length > 0) {
    refuse({
      code: 'FUNCTION_FORBIDDEN',
      hint: 'The definition of this view calls a function that no rule can permit.',
    });
    return;
  }
  const target = accessTarget(judge, access);
  // a description shows what may be described and leaves the rest out, so one column is enough
  if (access.columns.length === 0 || manner.reading === 'describe')
    judgeWhole(judge, access, target, action, judgement, refuse);
  else judgeColumns(judge, access, target, action, judgement, refuse);
  if (manner.verbose && !knowsWhatIsPrinted(judge, access))
    refuse({
      code: 'POLICY_DENIED',
      action: 'explain',
      hint: 'With VERBOSE a plan names every column of a table, those that are hidden from you too; explain without it.',
    });
  if (manner.explains) judgeBehind(judge, access, manner.reading, judgement, refuse);
  judgeMasks(judge, access, manner, judgement);
}

type Refuse = (details: Pick<Denial, 'code'> & Partial<Denial>) => void;

/** A caller knows a catalog by its full name; another relation is told as the caller wrote it. */
const resourceName = (access: RelationAccess): string =>
  access.system ? printName(access.schema, access.name) : access.written;

/** No column named: DELETE, TRUNCATE and MERGE concern the relation; `count(*)` and the like need one column, any one. */
function judgeWhole(
  judge: Judge,
  access: RelationAccess,
  target: RelationTarget,
  action: Action,
  judgement: Judgement,
  refuse: Refuse,
): void {
  const perColumn = action !== 'delete' && action !== 'truncate' && action !== 'merge' && access.allColumns.length > 0;
  const targets = perColumn
    ? access.allColumns
        .filter((column) => !isSecret(judge, access.schema, access.name, column))
        .map((column) => columnTarget(judge, access, target, column))
    : [target];
  for (const candidate of targets) {
    const verdict = judge.ask(candidate, action);
    if (!verdict.permit || verdict.rule === undefined) continue;
    judgement.rules.add(verdict.rule.text);
    return;
  }
  refuse({ code: 'POLICY_DENIED', ...hintOf(whyOnlyByName(judge, access)) });
}

function judgeColumns(
  judge: Judge,
  access: RelationAccess,
  target: RelationTarget,
  action: Action,
  judgement: Judgement,
  refuse: Refuse,
): void {
  const unwritten: ColumnUse[] = [];
  for (const column of access.columns) {
    if (permitsColumn(judge, access, target, column, action, judgement)) continue;
    if (column.written === undefined) unwritten.push(column);
    else refuse(columnDenial(judge, access, column, column.written));
  }
  const [first] = unwritten;
  if (first === undefined) return;
  const readable = access.allColumns.filter(
    (column) =>
      judge.ask(columnTarget(judge, access, target, column), action).permit &&
      !isSecret(judge, access.schema, access.name, column),
  );
  const hint =
    readable.length === 0
      ? whyOnlyByName(judge, access)
      : `Name the columns; permitted to you: ${readable
          .slice(0, 40)
          .map((name) => printName(name))
          .join(', ')}.`;
  refuse({
    code: 'POLICY_DENIED',
    kind: 'column',
    resource: `all columns of ${resourceName(access)}`,
    position: first.position,
    ...hintOf(hint),
  });
}

function permitsColumn(
  judge: Judge,
  access: RelationAccess,
  target: RelationTarget,
  column: ColumnUse,
  action: Action,
  judgement: Judgement,
): boolean {
  if (isSecret(judge, access.schema, access.name, column.name)) return false;
  const verdicts = [judge.ask(columnTarget(judge, access, target, column.name), action)];
  // ctid, xmin, tableoid … tell of the whole row, so a rule for some columns does not reach them
  if (column.attnum < 0) verdicts.push(judge.ask(target, action));
  for (const { rule } of verdicts)
    if (rule !== undefined && verdicts.every(({ permit }) => permit)) judgement.rules.add(rule.text);
  return verdicts.every(({ permit }) => permit);
}

/** A column the caller may do nothing with is missing to the caller; one that serves another action may be spoken of. */
function columnDenial(
  judge: Judge,
  access: RelationAccess,
  column: ColumnUse,
  written: string,
): Pick<Denial, 'code'> & Partial<Denial> {
  const known = knowsColumn(judge, access.schema, access.name, column.name) || column.attnum < 0;
  const { position } = column;
  if (!known) return { code: 'NAME_NOT_AVAILABLE', kind: 'column', resource: written, position };
  const resource = access.system ? printName(access.schema, access.name, column.name) : written;
  return {
    code: 'POLICY_DENIED',
    kind: 'column',
    resource,
    position,
    ...hintOf(whyColumnOnlyByName(judge, access, column.name)),
  };
}

/** Where the expressions of row-level security stand, names of other relations among them. */
const rowPolicies = { schema: 'pg_catalog', name: 'pg_policy', columns: ['polqual', 'polwithcheck'] } as const;

/** A plan names and measures what the view hides, and prints the expressions that hide rows. */
function judgeBehind(judge: Judge, access: RelationAccess, action: Action, judgement: Judgement, refuse: Refuse): void {
  const shown = access.rowSecurity === true ? [...access.behind, rowPolicies] : access.behind;
  const closed = shown.find(({ schema, name, columns }) => {
    const targets =
      columns.length === 0
        ? [relationTarget(schema, name)]
        : columns.map((column) => relationTarget(schema, name, column));
    const verdicts = targets.map((target) =>
      target.column !== undefined && isSecret(judge, schema, name, target.column)
        ? undefined
        : judge.ask(target, action),
    );
    for (const verdict of verdicts) if (verdict?.permit && verdict.rule) judgement.rules.add(verdict.rule.text);
    return !verdicts.every((verdict) => verdict?.permit === true);
  });
  if (closed === undefined) return;
  const hint =
    closed === rowPolicies
      ? 'Its plan would print the expressions of row-level security: that needs a rule for pg_catalog.pg_policy.'
      : 'To explain a view, everything its definition reads must be permitted to you.';
  refuse({ code: 'POLICY_DENIED', action: 'explain', hint });
}

/** Whether the caller may know every column of what is read, behind a view too. */
function knowsWhatIsPrinted(judge: Judge, { schema, name, allColumns, behind }: RelationAccess): boolean {
  return [{ schema, name, allColumns }, ...behind].every((one) =>
    one.allColumns?.every((column) => knowsColumn(judge, one.schema, one.name, column)),
  );
}

const hintOf = (hint: string | undefined) => (hint === undefined ? {} : { hint });
