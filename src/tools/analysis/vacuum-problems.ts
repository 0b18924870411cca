/** Tables autovacuum has not kept up with, statistics gone stale, and the distance from transaction id wraparound. */

import type { RelationFacts, ServerFacts } from './facts.ts';
import { displayName, type Finding, percent, quoted } from './finding.ts';
import { rowsOf } from './key-problems.ts';

/** Transactions after which PostgreSQL stops taking writes: 2^31 less its reserve of three million. */
const stopAge = 2 ** 31 - 3_000_000;
/** From here VACUUM stops being polite (vacuum_failsafe_age). */
const failsafeAge = 1_600_000_000;
const alarmingAge = 1_000_000_000;

const option = ({ options }: RelationFacts, name: string): string | undefined =>
  options.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);

const optionOr = (relation: RelationFacts, name: string, standard: number): number => {
  const value = Number(option(relation, name) ?? '');
  return option(relation, name) === undefined || Number.isNaN(value) ? standard : value;
};

/** Rows after which autovacuum works on a table: threshold + scale factor × rows. */
export function startsAt(relation: RelationFacts, server: ServerFacts, work: 'vacuum' | 'analyze'): number {
  const rows = Math.max(0, relation.rows_estimate);
  const [threshold, scale] =
    work === 'vacuum'
      ? [server.autovacuum_vacuum_threshold, server.autovacuum_vacuum_scale_factor]
      : [server.autovacuum_analyze_threshold, server.autovacuum_analyze_scale_factor];
  const base = optionOr(relation, `autovacuum_${work}_threshold`, threshold);
  return Math.round(base + optionOr(relation, `autovacuum_${work}_scale_factor`, scale) * rows);
}

const isOff = (relation: RelationFacts): boolean =>
  ['false', 'off', 'no', '0'].includes((option(relation, 'autovacuum_enabled') ?? 'true').toLowerCase());

const age = (name: string, seconds: number | null) =>
  seconds === null ? { [name]: 'never' } : { [`${name}_ago_s`]: seconds };

export function vacuumProblems(relation: RelationFacts, server: ServerFacts): Finding[] {
  if (relation.kind === 'p') return [];
  return [...overdue(relation, server), ...stale(relation, server), ...switchedOff(relation), ...old(relation, server)];
}

function overdue(relation: RelationFacts, server: ServerFacts): Finding[] {
  const limit = startsAt(relation, server, 'vacuum');
  if (relation.dead_rows <= limit) return [];
  const name = quoted(relation.schema, relation.name);
  return [
    {
      object: displayName(relation.schema, relation.name),
      problem: 'vacuum overdue',
      severity: relation.dead_rows > 5 * limit ? 'critical' : 'warning',
      evidence: {
        dead_rows: relation.dead_rows,
        live_rows: relation.live_rows,
        dead_pct: percent(relation.dead_rows, relation.dead_rows + relation.live_rows),
        autovacuum_starts_at: limit,
        ...age('vacuumed', relation.vacuumed_ago),
      },
      advice:
        'More rows are dead than autovacuum waits for: it is off, too slow, or held back by an old transaction. Vacuum now, then find which.',
      sql: `VACUUM (ANALYZE) ${name};`,
    },
  ];
}

function stale(relation: RelationFacts, server: ServerFacts): Finding[] {
  const limit = startsAt(relation, server, 'analyze');
  const never = relation.analyzed_ago === null && relation.live_rows > limit;
  if (relation.modified_rows <= limit && !never) return [];
  return [
    {
      object: displayName(relation.schema, relation.name),
      problem: 'stale statistics',
      severity: never || relation.modified_rows > Math.max(limit, rowsOf(relation) / 2) ? 'warning' : 'info',
      evidence: {
        modified_rows: relation.modified_rows,
        rows: rowsOf(relation),
        autoanalyze_starts_at: limit,
        ...age('analyzed', relation.analyzed_ago),
      },
      advice: 'The planner reckons with numbers that no longer hold and may choose bad plans. Analyze the table.',
      sql: `ANALYZE ${quoted(relation.schema, relation.name)};`,
    },
  ];
}

function switchedOff(relation: RelationFacts): Finding[] {
  if (!isOff(relation)) return [];
  return [
    {
      object: displayName(relation.schema, relation.name),
      problem: 'autovacuum switched off',
      severity: 'warning',
      evidence: { dead_rows: relation.dead_rows, modified_rows: relation.modified_rows },
      advice: 'This table is vacuumed only by hand, or when wraparound forces it. Let autovacuum work on it again.',
      sql: `ALTER TABLE ${quoted(relation.schema, relation.name)} RESET (autovacuum_enabled);`,
    },
  ];
}

function old(relation: RelationFacts, server: ServerFacts): Finding[] {
  const limit = optionOr(relation, 'autovacuum_freeze_max_age', server.autovacuum_freeze_max_age);
  if (relation.xid_age === null || relation.xid_age <= limit) return [];
  return [
    {
      object: displayName(relation.schema, relation.name),
      problem: 'wraparound',
      severity: severityOf(relation.xid_age),
      evidence: { ...distance(relation.xid_age), freeze_max_age: limit },
      advice: `${freezeAdvice} This table holds the database back.`,
      sql: `VACUUM (FREEZE, VERBOSE) ${quoted(relation.schema, relation.name)};`,
    },
  ];
}

const freezeAdvice =
  'Its oldest row is older than the age at which autovacuum must freeze it. Let that VACUUM finish; end old transactions, prepared transactions and replication slots that hold it back.';

const severityOf = (xids: number): Finding['severity'] => (xids >= alarmingAge ? 'critical' : 'warning');

/** How far an age is from the point where writes stop. */
export const distance = (xids: number) => ({
  xid_age: xids,
  transactions_left: Math.max(0, stopAge - xids),
  used_pct: percent(xids, stopAge),
});

/** The database as a whole; `tables` says whether a table that may be seen explains it. */
export function databaseAge(server: ServerFacts, tables: readonly RelationFacts[]): Finding[] {
  const { xid_age: xids, autovacuum_freeze_max_age: limit } = server;
  if (xids <= limit) return [];
  const seen = tables.some((relation) => relation.xid_age !== null && relation.xid_age >= xids);
  return [
    {
      object: 'database',
      problem: 'wraparound',
      severity: severityOf(xids),
      evidence: { ...distance(xids), freeze_max_age: limit, failsafe_age: failsafeAge },
      advice: seen ? freezeAdvice : `${freezeAdvice} The oldest table is not among those you may see.`,
      sql: 'VACUUM (FREEZE);',
    },
  ];
}
