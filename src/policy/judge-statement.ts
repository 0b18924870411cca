/** A whole reading before the rules: the broker's own texts by built-in rules, everything else relation by relation. */

import { type AnalysisText, analysisText } from '../catalog/fixed-statements.ts';
import { systemPrincipal } from '../model/principal.ts';
import type { Access } from '../sql/access.ts';
import type { StatementContents, Tree } from '../sql/statement.ts';
import type { Question } from './decision-point.ts';
import type { Judge } from './judge.ts';
import { judgeFunction, judgeInlining } from './judge-function.ts';
import { type Judgement, judgeRelation, type Manner } from './judge-relation.ts';
import { nameTarget, relationTarget } from './relation-targets.ts';
import { settingClass } from './settings.ts';

/** Built-in rules, as a permit names them. */
export const builtInRules = {
  catalog: 'system:catalog',
  health: 'system:health',
  describe: 'system:describe',
  /** A listing answered from the snapshot: each entry is then shown or left out by the rules. */
  list: 'system:list',
  /** Numbers about relations: the tool then shows those of relations the caller may see. */
  analysis: 'system:analysis',
  /** Reads no relation and calls only functions that need no rule. */
  expression: 'system:expression',
  /** Shows a setting that tells how the session reads and prints. */
  setting: 'system:setting',
} as const;

/** Fixed texts any principal of the database may have run: they tell of the server, nothing of what is in it. */
const healthTexts: ReadonlySet<string> = new Set(['server_info', 'health']);

/** The fixed text whose answer a listing is drawn from; it is not run then. */
const listText = 'catalog_relations';

/** The fixed text that tells of one relation. */
const describeText = 'describe_relation';

/** Nothing denied means permitted; a permit then holds at least one rule. */
export function judgeStatement(judge: Judge, question: Question): Judgement {
  const judgement: Judgement = { rules: new Set(), denied: [], masks: [] };
  const { statement, access } = question;
  if (statement.fixed !== undefined) {
    const analysis = question.request.action === 'describe' ? analysisText(statement.fixed) : undefined;
    if (analysis !== undefined) return judgeAnalysis(judge, analysis, judgement);
    const rule = fixedRule(statement.fixed, question);
    if (rule !== undefined) judgement.rules.add(rule);
    if (rule === builtInRules.catalog || rule === builtInRules.health || rule === builtInRules.list) return judgement;
    if (rule === undefined) return denyStatement(judgement, statement);
  }
  if (statement.class === 'ddl' || statement.class === 'role') return denyStatement(judgement, statement);
  const manner = mannerOf(question);
  for (const relation of access.relations) judgeRelation(judge, relation, manner, judgement);
  const mayWrite = !manner.readonly && question.request.intent === 'write' && statement.class === 'write';
  for (const called of access.functions) {
    judgeFunction(judge, called, mayWrite, judgement);
    if (manner.explains) judgeInlining(judge, called, judgement);
  }
  for (const setting of access.settings) judgeSetting(judge, setting, judgement);
  judgement.denied.sort((a, b) => a.position - b.position);
  if (judgement.rules.size === 0 && isExpression(access)) judgement.rules.add(builtInRules.expression);
  return judgement;
}

function fixedRule(name: string, question: Question): string | undefined {
  if (question.principal === systemPrincipal) return builtInRules.catalog;
  if (healthTexts.has(name)) return builtInRules.health;
  if (question.request.action === 'list' && name === listText) return builtInRules.list;
  return name === describeText && describesWhatWasRead(question) ? builtInRules.describe : undefined;
}

/** Numbers about relations are part of describing them, unless a rule denies the view they come from; the rest needs a rule. */
function judgeAnalysis(judge: Judge, { restsOn, needs }: AnalysisText, judgement: Judgement): Judgement {
  const ask = (view: string) => {
    const [schema = '', relation = ''] = view.split('.');
    const target = nameTarget(schema, relation);
    return judge.ask({ ...target, onlyByName: target.extension !== undefined }, 'select');
  };
  const denied = (resource: string, hint?: string) =>
    judgement.denied.push({
      code: 'POLICY_DENIED',
      kind: 'relation',
      resource,
      action: 'select',
      position: 1,
      ...(hint === undefined ? {} : { hint }),
    });
  judgement.rules.add(builtInRules.analysis);
  for (const view of restsOn) if (ask(view).rule?.effect === 'deny') denied(view);
  for (const view of needs) {
    const { permit, rule } = ask(view);
    if (permit && rule) judgement.rules.add(rule.text);
    else denied(view, 'It shows activity; the policy opens it with @statistics.');
  }
  return judgement;
}

/** The text is run with a schema and a name as its values: they must be those of the relation that is judged. */
function describesWhatWasRead({ request, access, statement }: Question): boolean {
  const [schema, name] = statement.parameters.values;
  const [relation, more] = access.relations.filter(({ behindView }) => behindView !== true);
  return (
    request.action === 'describe' &&
    relation !== undefined &&
    more === undefined &&
    schema?.value === relation.schema &&
    name?.value === relation.name
  );
}

function denyStatement(judgement: Judgement, { kind }: Readonly<StatementContents>): Judgement {
  judgement.denied.push({ code: 'POLICY_DENIED', kind: 'statement', resource: kind, action: 'call', position: 1 });
  return judgement;
}

function mannerOf({ statement, request, database, access }: Question): Manner {
  const analyzes = statement.kind === 'EXPLAIN' && isAsked(statement.tree, 'analyze');
  const explains = statement.kind === 'EXPLAIN' || request.action === 'explain';
  const describes = statement.fixed !== undefined && request.action === 'describe';
  return {
    reading: describes ? 'describe' : explains && !analyzes ? 'explain' : 'select',
    explains,
    verbose: statement.kind === 'EXPLAIN' && isAsked(statement.tree, 'verbose'),
    readonly: database.readonly,
    output: access.output,
  };
}

/** Whether EXPLAIN has the option. One that says false is read as if it were asked for: that asks for more, never less. */
function isAsked(tree: Tree, option: 'analyze' | 'verbose'): boolean {
  const options = field(field(tree, 'ExplainStmt'), 'options');
  return (
    Array.isArray(options) &&
    options.some((one) => String(field(field(one, 'DefElem'), 'defname')).toLowerCase() === option)
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function judgeSetting(judge: Judge, name: string, judgement: Judgement): void {
  const kind = settingClass(name);
  if (kind === 'open') {
    judgement.rules.add(builtInRules.setting);
    return;
  }
  // pg_settings stands for all of them: only ** or a rule that names it opens it
  const verdict = judge.ask(relationTarget('pg_catalog', 'pg_settings'), 'select');
  if (kind === 'unrestricted' && verdict.permit && verdict.rule) judgement.rules.add(verdict.rule.text);
  else
    judgement.denied.push({
      code: 'POLICY_DENIED',
      kind: 'setting',
      resource: `the setting ${name}`,
      action: 'select',
      position: 1,
    });
}

const isExpression = ({ relations, functions }: Access): boolean =>
  relations.length === 0 && functions.every((called) => called.class === 'pure');
