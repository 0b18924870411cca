/** A reviewed list of functions of one class with one reason. */

import type { FunctionClass } from '../access.ts';

export interface FunctionGroup {
  readonly class: FunctionClass;
  readonly reason: string;
  /** Separated by white space: `name` for every overload, or `name(type,type)` for one, which wins over the name. */
  readonly names: string;
}

/** Looks names and signatures up in reviewed lists. A name in two groups is a fault of the lists and throws at once. */
export function indexGroups(groups: readonly FunctionGroup[]): ReadonlyMap<string, FunctionGroup> {
  const index = new Map<string, FunctionGroup>();
  for (const group of groups)
    for (const name of group.names.trim().split(/\s+/)) {
      if (index.has(name)) throw new Error(`${name} stands in two groups of functions`);
      index.set(name, group);
    }
  return index;
}
