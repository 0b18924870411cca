/** What a caller may know to exist: anything they may do something with, and the system catalogs everybody knows. */

import type { Action } from '../model/request.ts';
import type { Judge } from './judge.ts';
import { nameTarget } from './relation-targets.ts';
import { isSystemSchema } from './system-sets.ts';

/** `describe` first: whoever may select may describe, so one question settles the common case. */
const ofColumns: readonly Action[] = ['describe', 'list', 'explain', 'insert', 'update'];
const ofRelations: readonly Action[] = ['delete', 'merge', 'truncate'];

/** Wildcards count here even where they do not open the relation (foreign tables): that it exists is no secret then. */
export function knowsRelation(judge: Judge, schema: string, relation: string, columns: readonly string[]): boolean {
  if (isSystemSchema(schema)) return true;
  const whole = nameTarget(schema, relation);
  const actions = columns.length === 0 ? [...ofColumns, ...ofRelations] : ofRelations;
  return (
    columns.some((column) => knowsColumn(judge, schema, relation, column)) ||
    actions.some((action) => judge.ask(whole, action).permit)
  );
}

export function knowsColumn(judge: Judge, schema: string, relation: string, column: string): boolean {
  if (isSystemSchema(schema)) return true;
  const target = nameTarget(schema, relation, column);
  return ofColumns.some((action) => judge.ask(target, action).permit);
}
