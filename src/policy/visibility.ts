/** What one caller may see, name by name: for tools that list and describe, and for the reading of statements. */

import type { Sight } from '../sql/name-not-available.ts';
import type { Visibility } from './decision-point.ts';
import type { Judge } from './judge.ts';
import { knowsColumn, knowsRelation } from './knowledge.ts';
import { nameTarget } from './relation-targets.ts';

const nothing: Sight = { relation: () => false, column: () => false, function: () => false };

/** Where there is no policy or no principal, nothing is to be seen. */
export const blind: Visibility = { ...nothing, knows: nothing };

const visibilities = new WeakMap<Judge, Visibility>();

/** The same object as long as the judge is in use: what was found to be in sight of it stays so. */
export function visibilityOf(judge: Judge): Visibility {
  const known = visibilities.get(judge) ?? makeVisibility(judge);
  visibilities.set(judge, known);
  return known;
}

function makeVisibility(judge: Judge): Visibility {
  const callable: Sight['function'] = (schema, name, args) =>
    judge.ask({ kind: 'function', schema, name, args, class: 'user' }, 'call').permit;
  return {
    relation: (schema, relation, columns) => {
      const names = columns.length === 0 ? [undefined] : columns;
      return names.some((column) => judge.ask(nameTarget(schema, relation, column), 'list').permit);
    },
    column: (schema, relation, column) => judge.ask(nameTarget(schema, relation, column), 'describe').permit,
    function: callable,
    knows: {
      relation: (schema, relation, columns) => knowsRelation(judge, schema, relation, columns),
      column: (schema, relation, column) => knowsColumn(judge, schema, relation, column),
      function: callable,
    },
  };
}
