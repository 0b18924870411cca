/** `pg_class.relkind` in our words. */

import type { RelationKind } from './catalog.ts';

export const relationKinds: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'matview',
  f: 'foreign',
  S: 'sequence',
  c: 'composite',
};
