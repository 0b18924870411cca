/** The options of EXPLAIN that are admitted, and whether they make it run the query. */

import { Refusal } from '../model/errors.ts';
import type { Tree } from './statement.ts';
import { fieldsOf, isTree, listOf } from './tree.ts';

/** Option → why it does no harm over a plain SELECT. */
const admitted: Readonly<Record<string, string>> = {
  analyze: 'runs the SELECT, under the same rules and limits as the SELECT alone',
  verbose: 'shows output columns of the plan',
  costs: 'shows estimates',
  settings: 'shows planner settings that differ from their defaults',
  generic_plan: 'plans without parameter values',
  buffers: 'counts pages',
  serialize: 'measures output conversion',
  wal: 'counts WAL records',
  timing: 'measures time',
  summary: 'adds totals',
  memory: 'shows memory of the planner',
  format: 'chooses the form of the answer',
};

/** Whether this EXPLAIN analyses. Refuses an option that is not on the list. Anything but a plain "no" counts as yes. */
export function readExplainOptions(explain: Tree): { readonly analyzes: boolean } {
  let analyzes = false;
  for (const option of listOf(explain['options'])) {
    const { defname, arg, location } = fieldsOf(option, 'DefElem') ?? {};
    if (typeof defname !== 'string' || !Object.hasOwn(admitted, defname)) throw unknownOption(defname, location);
    if (defname === 'analyze' && !isPlainNo(arg)) analyzes = true;
  }
  return { analyzes };
}

function isPlainNo(value: unknown): boolean {
  const text = fieldsOf(value, 'String')?.['sval'];
  if (typeof text === 'string') return ['off', 'false'].includes(text.toLowerCase());
  const integer = fieldsOf(value, 'Integer');
  return isTree(integer) && (integer['ival'] ?? 0) === 0;
}

/** Its location is a byte offset; the caller of the rules turns it into a position. */
export class UnknownExplainOption extends Refusal {
  constructor(
    name: string,
    readonly location: number,
  ) {
    super('STATEMENT_NOT_READ_ONLY', `EXPLAIN with the option ${name} is not admitted.`, {
      hint: `Use only ${Object.keys(admitted).join(', ')}.`,
    });
  }
}

function unknownOption(name: unknown, location: unknown): UnknownExplainOption {
  return new UnknownExplainOption(
    typeof name === 'string' ? name : 'without a name',
    typeof location === 'number' ? location : 0,
  );
}
