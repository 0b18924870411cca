/** Finds, among thousands of rules, the few that can speak of one relation or function to one caller: casbin is asked with these alone. */

import type { Pattern, Target } from './resource.ts';
import type { Rule, Subject } from './rule.ts';

/** The rules of one subject, by what they name. A rule stands in one place only, so nothing is found twice. */
interface Shelf {
  readonly wide: Rule[];
  readonly bySchema: Map<string, Rule[]>;
  readonly byName: Map<string, Rule[]>;
}

export interface RuleIndex {
  readonly all: readonly Rule[];
  readonly of: (subjects: Iterable<Subject>) => readonly Rule[];
  /**
   * Every rule of the subjects whose pattern can cover the target or another column of its relation, in the order of the
   * file. What is left out cannot match, so the answer is that of the whole policy.
   */
  readonly candidates: (subjects: Iterable<Subject>, target: Target) => readonly Rule[];
}

export function createRuleIndex(rules: readonly Rule[]): RuleIndex {
  const shelves = new Map<Subject, Shelf>();
  const order = new Map(rules.map((rule, index) => [rule, index]));
  for (const rule of rules) place(rule, shelves);
  const inOrder = (found: Rule[]): readonly Rule[] => found.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));

  function* shelvesOf(subjects: Iterable<Subject>): Generator<Shelf> {
    for (const subject of subjects) {
      const shelf = shelves.get(subject);
      if (shelf !== undefined) yield shelf;
    }
  }
  return {
    all: rules,
    of: (subjects) =>
      inOrder(
        [...shelvesOf(subjects)].flatMap(({ wide, bySchema, byName }) => [
          ...wide,
          ...[...bySchema.values(), ...byName.values()].flat(),
        ]),
      ),
    candidates: (subjects, target) => {
      const name = targetName(target);
      return inOrder(
        [...shelvesOf(subjects)].flatMap(({ wide, bySchema, byName }) => [
          ...wide,
          ...(bySchema.get(target.schema) ?? []),
          ...(byName.get(name) ?? []),
        ]),
      );
    },
  };
}

function place(rule: Rule, shelves: Map<Subject, Shelf>): void {
  const shelf: Shelf = shelves.get(rule.subject) ?? { wide: [], bySchema: new Map(), byName: new Map() };
  shelves.set(rule.subject, shelf);
  const { pattern } = rule;
  if (pattern.kind === 'schema') add(shelf.bySchema, pattern.schema, rule);
  else if (pattern.kind === 'relation' || pattern.kind === 'column' || pattern.kind === 'function')
    add(shelf.byName, patternName(pattern), rule);
  else shelf.wide.push(rule);
}

function add(shelf: Map<string, Rule[]>, key: string, rule: Rule): void {
  const rules = shelf.get(key);
  if (rules) rules.push(rule);
  else shelf.set(key, [rule]);
}

type Named = Extract<Pattern, { kind: 'relation' | 'column' | 'function' }>;

// no name holds a NUL, so two parts joined by one stay two parts
const patternName = (pattern: Named): string =>
  pattern.kind === 'function'
    ? `f\u0000${pattern.schema}\u0000${pattern.name}`
    : `r\u0000${pattern.schema}\u0000${pattern.relation}`;
const targetName = (target: Target): string =>
  target.kind === 'function'
    ? `f\u0000${target.schema}\u0000${target.name}`
    : `r\u0000${target.schema}\u0000${target.relation}`;
