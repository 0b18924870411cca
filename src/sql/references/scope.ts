/** Which names an expression can see: items of FROM level by level, and common table expressions. */

import type { Reading, RelationDraft } from './reading.ts';
import type { RangeColumn } from './value.ts';

/** Something in FROM, under the name it goes by there. */
export interface RangeEntry {
  /** Empty where it has no name (a join without alias). */
  readonly alias: string;
  /** The relation, where it is one and has no alias: then `schema.relation` names it too. */
  readonly unaliased: RelationDraft | undefined;
  /** The relation, where it is one. */
  readonly relation: RelationDraft | undefined;
  readonly columns: readonly RangeColumn[];
  /** Type of a whole row; a function that answers one value has that value for a row. */
  readonly rowType: number;
  readonly isScalar: boolean;
  /** The two sides of a join. */
  readonly sides: readonly RangeEntry[];
}

/** How an entry can be seen while FROM is being read (parse_relation.c: ParseNamespaceItem). */
export interface NamespaceItem {
  readonly entry: RangeEntry;
  readonly byName: boolean;
  readonly byColumn: boolean;
  /** Visible to LATERAL items only, while FROM is being read. */
  lateralOnly: boolean;
}

/** A common table expression, read when first named. */
export interface CommonTable {
  readonly name: string;
  readonly columns: () => readonly RangeColumn[];
}

export class Scope {
  readonly reading: Reading;
  readonly parent: Scope | undefined;
  items: NamespaceItem[] = [];
  /** Those of this level's WITH that can be seen so far, by name. */
  commonTables: Map<string, CommonTable> | undefined;
  /** Whether a LATERAL item of this level is being read. */
  lateral = false;
  /** WINDOW of this level, as written. */
  windows: readonly unknown[] = [];
  /** What VALUE means inside a domain's CHECK. */
  value: number | undefined;

  constructor(reading: Reading, parent?: Scope) {
    this.reading = reading;
    this.parent = parent;
  }

  /** Runs `work` while this level's lateral items can be seen. */
  withLateral<T>(active: boolean, work: () => T): T {
    const before = this.lateral;
    this.lateral = active || before;
    try {
      return work();
    } finally {
      this.lateral = before;
    }
  }

  /** Runs `work` with other items visible at this level. */
  withItems<T>(items: readonly NamespaceItem[], work: () => T): T {
    const before = this.items;
    this.items = [...items];
    try {
      return work();
    } finally {
      this.items = before;
    }
  }

  findCommonTable(name: string): CommonTable | undefined {
    return this.commonTables?.get(name) ?? this.parent?.findCommonTable(name);
  }
}

/** Marks items as visible to LATERAL only, or to everything. */
export function setLateralOnly(items: readonly NamespaceItem[], lateralOnly: boolean): void {
  for (const item of items) item.lateralOnly = lateralOnly;
}
