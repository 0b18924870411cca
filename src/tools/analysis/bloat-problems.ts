/** Tables and indexes that hold more pages or dead rows than their data needs. */

import type { BloatFacts, IndexFacts, RelationFacts } from './facts.ts';
import { displayName, type Finding, percent, quoted } from './finding.ts';

/** Below this many pages the rounding of the estimate is larger than what it could find. */
const minPages = 16;
/** Fewer dead rows than this are the everyday work of autovacuum. */
const minDeadRows = 50;

export const bloatMethod =
  'Bloat is estimated from pg_class and the column widths of pg_stats as of the last ANALYZE, as the field does: no table is read. Expect an error of about 10 points for tables and 15 for B-tree indexes, more for very wide or very uneven rows. pgstattuple_approx measures exactly.';

interface Waste {
  readonly pages: number;
  readonly wasted: number;
  readonly pct: number;
  readonly bytes: number;
}

/** Undefined where nothing can be estimated: too small, never analyzed, or columns the broker's role has no statistics of. */
export function wasteOf(facts: BloatFacts | undefined): Waste | undefined {
  if (facts === undefined || facts.known < facts.columns || facts.pages < minPages) return undefined;
  const wasted = Math.max(0, facts.pages - facts.expected_pages);
  return { pages: facts.pages, wasted, pct: percent(wasted, facts.pages), bytes: wasted * facts.block };
}

const large = 1024 ** 3;
const severityOf = (pct: number, bytes: number): Finding['severity'] =>
  pct >= 70 && bytes >= large ? 'critical' : pct >= 30 || bytes >= large ? 'warning' : 'info';

export function tableBloat(relation: RelationFacts, facts: BloatFacts | undefined, threshold: number): Finding[] {
  const dead = percent(relation.dead_rows, relation.live_rows + relation.dead_rows);
  const waste = wasteOf(facts);
  const isDead = dead >= threshold && relation.dead_rows >= minDeadRows;
  const isBloated = waste !== undefined && waste.wasted > 0 && waste.pct >= threshold;
  if (!isDead && !isBloated) return [];
  const name = quoted(relation.schema, relation.name);
  return [
    {
      object: displayName(relation.schema, relation.name),
      problem: isBloated ? 'bloated table' : 'dead rows',
      severity: severityOf(Math.max(dead, waste?.pct ?? 0), waste?.bytes ?? 0),
      evidence: {
        table_bytes: relation.table_bytes,
        live_rows: relation.live_rows,
        dead_rows: relation.dead_rows,
        dead_pct: dead,
        ...wasteEvidence(waste),
        ...(relation.vacuumed_ago === null ? { vacuumed: 'never' } : { vacuumed_ago_s: relation.vacuumed_ago }),
      },
      advice: isBloated
        ? 'VACUUM makes the space free for new rows of this table. Only a rewrite gives it back to the system: VACUUM FULL locks the table for its whole time, pg_repack does not. Then find out why autovacuum fell behind (analyze_vacuum_stats).'
        : 'VACUUM frees the space of the dead rows. If they come back soon, let autovacuum start earlier on this table.',
      sql: isBloated
        ? `VACUUM (ANALYZE) ${name};\n-- to shrink the file, in a maintenance window:\nVACUUM (FULL, ANALYZE) ${name};`
        : `VACUUM (ANALYZE) ${name};\nALTER TABLE ${name} SET (autovacuum_vacuum_scale_factor = 0.05);`,
    },
  ];
}

const wasteEvidence = (waste: Waste | undefined) =>
  waste === undefined
    ? { estimate: 'none' }
    : { pages: waste.pages, wasted_pages: waste.wasted, bloat_pct: waste.pct, wasted_bytes: waste.bytes };

export function indexBloat(index: IndexFacts, facts: BloatFacts | undefined, threshold: number): Finding[] {
  const waste = wasteOf(facts);
  // pages split in halves leave a healthy B-tree a third empty
  if (waste === undefined || waste.wasted === 0 || waste.pct < Math.max(threshold, 35)) return [];
  return [
    {
      object: displayName(index.schema, index.name),
      problem: 'bloated index',
      severity: severityOf(waste.pct - 20, waste.bytes),
      evidence: { table: displayName(index.schema, index.relation), index_bytes: index.bytes, ...wasteEvidence(waste) },
      advice:
        'Build the index anew; REINDEX CONCURRENTLY needs space for a second copy and lets reads and writes go on.',
      sql: `REINDEX INDEX CONCURRENTLY ${quoted(index.schema, index.name)};`,
    },
  ];
}
