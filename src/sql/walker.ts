/** Visits every field of every node of a tree, and refuses what the admitted grammar does not know. */

import { Refusal } from '../model/errors.ts';
import { nodeKinds, wordLists } from './node-kinds.ts';
import type { Tree } from './statement.ts';
import { isTree } from './tree.ts';

/** Called for each node before its fields are visited. `location` is the byte offset of the node or of the nearest node around it. */
export type Visit = (kind: string, node: Tree, location: number) => void;

type Check = (value: unknown, step: Step) => void;
interface Step {
  readonly visit: Visit;
  readonly location: number;
  readonly depth: number;
  readonly path: string;
}

/** Depth of nodes within nodes; PostgreSQL itself recurses over them with a bounded stack. */
export const maxTreeDepth = 1000;

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  location: 'number',
};

/** Kind → field → how its value is checked and visited; made once from the table. */
const checks: ReadonlyMap<string, ReadonlyMap<string, Check>> = new Map(
  Object.entries(nodeKinds).map(([kind, { fields }]) => [
    kind,
    new Map(Object.entries(fields).map(([field, type]) => [field, checkFor(type)])),
  ]),
);

/**
 * Walks one statement (`{ SelectStmt: {…} }`). STATEMENT_TOO_COMPLEX for a kind, a field or a value
 * outside the admitted grammar, and for a tree deeper than `maxTreeDepth`.
 */
export function walkStatement(statement: Tree, visit: Visit): void {
  visitWrapped(statement, { visit, location: 0, depth: 0, path: 'statement' });
}

function checkFor(type: string): Check {
  if (type === 'Node') return visitWrapped;
  if (type === 'Node[]') return visitList;
  const scalar = scalars[type];
  if (scalar !== undefined)
    return (value, step) => {
      if (typeof value !== scalar) unknownGrammar(step);
    };
  const words = wordLists[type];
  if (words === undefined) return (value, step) => visitFields(type, value, step);
  const allowed = new Set<unknown>(words.split(' '));
  return (value, step) => {
    if (!allowed.has(value)) unknownGrammar(step);
  };
}

function visitList(value: unknown, step: Step): void {
  if (!Array.isArray(value)) unknownGrammar(step);
  else for (const item of value) visitWrapped(item, step);
}

/** A node wrapped in the name of its kind; `{}` is the grammar's NULL inside a list. */
function visitWrapped(value: unknown, step: Step): void {
  if (!isTree(value)) unknownGrammar(step);
  let seen = false;
  for (const kind in value) {
    if (seen) unknownGrammar(step);
    seen = true;
    visitFields(kind, value[kind], step);
  }
}

function visitFields(kind: string, value: unknown, step: Step): void {
  const known = checks.get(kind);
  if (known === undefined || !isTree(value)) unknownGrammar({ ...step, path: `${step.path}.${kind}` });
  if (step.depth > maxTreeDepth) tooDeep();
  const location = locationOf(value, known, step.location);
  step.visit(kind, value, location);
  const inner: Step = { visit: step.visit, location, depth: step.depth + 1, path: kind };
  for (const field in value) {
    const check = known.get(field);
    if (check === undefined) unknownGrammar({ ...inner, path: `${kind}.${field}` });
    else check(value[field], inner);
  }
}

/** The grammar leaves out a location of 0, and writes -1 for "unknown". */
function locationOf(node: Tree, known: ReadonlyMap<string, Check>, outer: number): number {
  const written = node['location'];
  if (typeof written === 'number' && written >= 0) return written;
  return written === undefined && known.has('location') ? 0 : outer;
}

/** Carries the place in the grammar, so that a new server grammar is quickly understood; it shows none of the text. */
export class UnknownGrammar extends Refusal {
  constructor(
    readonly path: string,
    readonly location: number,
  ) {
    super('STATEMENT_TOO_COMPLEX', `The statement uses grammar that is not admitted here (${path}).`, {
      hint: 'Write it with plainer SQL.',
    });
  }
}

function unknownGrammar(step: Step): never {
  throw new UnknownGrammar(step.path, step.location);
}

function tooDeep(): never {
  throw new Refusal('STATEMENT_TOO_COMPLEX', `The statement nests expressions more than ${maxTreeDepth} deep.`, {
    hint: 'Flatten nested expressions, sub-selects and chains of operators.',
  });
}
