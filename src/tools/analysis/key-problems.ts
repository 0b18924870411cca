/** Tables without a primary key, and foreign keys that no index serves. */

import type { ForeignKeyFacts, RelationFacts } from './facts.ts';
import { displayName, type Finding, quoted } from './finding.ts';

/** Below this a table is read whole faster than by an index. */
const smallTable = 10_000;

export function withoutPrimaryKey(relations: readonly RelationFacts[]): Finding[] {
  return relations
    .filter(({ kind, has_primary_key, is_partition }) => kind !== 'm' && !has_primary_key && !is_partition)
    .map((relation) => ({
      object: displayName(relation.schema, relation.name),
      problem: 'no primary key',
      severity: 'warning',
      evidence: { rows: rowsOf(relation), table_bytes: relation.table_bytes },
      advice:
        'Rows cannot be named one by one, and logical replication cannot update or delete them. Declare the columns that identify a row, or add an identity column.',
      sql: `ALTER TABLE ${quoted(relation.schema, relation.name)} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;`,
    }));
}

export function foreignKeysWithoutIndex(keys: readonly ForeignKeyFacts[]): Finding[] {
  return keys.filter(({ covered }) => !covered).map(withoutIndex);
}

/** −1 stands for "never analyzed" since PostgreSQL 14. */
export const rowsOf = ({ rows_estimate, live_rows }: Pick<RelationFacts, 'rows_estimate' | 'live_rows'>): number =>
  rows_estimate > 0 ? rows_estimate : live_rows;

function withoutIndex(key: ForeignKeyFacts): Finding {
  const rows = Math.max(0, key.rows_estimate);
  return {
    object: `${displayName(key.schema, key.relation)} (${key.columns.join(', ')})`,
    problem: 'foreign key without index',
    severity: rows >= smallTable ? 'warning' : 'info',
    evidence: {
      constraint: key.name,
      references: `${displayName(key.target_schema, key.target_relation)} (${key.target_columns.join(', ')})`,
      rows,
      table_bytes: key.table_bytes,
      changes_of_referenced: key.target_changes,
    },
    advice:
      'Every DELETE of a referenced row, and every change of its key, reads this whole table, and joins along the key have no index to use.',
    sql: `CREATE INDEX CONCURRENTLY ON ${quoted(key.schema, key.relation)} (${key.columns.map((column) => quoted(column)).join(', ')});`,
  };
}
