/** Indexes that cost more than they give: invalid, duplicate, contained in another, unused. */

import type { IndexFacts } from './facts.ts';
import { displayName, type Finding, quoted } from './finding.ts';

/** Counters younger than this say little of an index that serves a weekly or monthly report. */
const countedLongEnough = 7 * 86_400;

/** The index of a partitioned table cannot be dropped concurrently. */
const drop = ({ schema, name, is_partitioned }: IndexFacts) =>
  `DROP INDEX ${is_partitioned ? '' : 'CONCURRENTLY '}${quoted(schema, name)};`;

/** Whether nothing but searches would miss it. */
const isSpare = (index: IndexFacts): boolean =>
  !index.is_unique && !index.is_primary && !index.is_constraint && !index.is_replica_identity && !index.is_partition;

/** Each index is told of once, by its worst problem. `countedFor`: seconds since the counters began, where that is known. */
export function indexProblems(indexes: readonly IndexFacts[], countedFor: number | undefined): Finding[] {
  const byRelation = new Map<string, IndexFacts[]>();
  for (const index of indexes) {
    const key = `${index.schema}\u0000${index.relation}`;
    byRelation.set(key, [...(byRelation.get(key) ?? []), index]);
  }
  return [...byRelation.values()].flatMap((siblings) =>
    siblings.flatMap((index) => problem(index, siblings, countedFor)),
  );
}

function problem(index: IndexFacts, siblings: readonly IndexFacts[], countedFor: number | undefined): Finding[] {
  if (!index.valid) return [invalid(index)];
  const others = siblings.filter((other) => other.oid !== index.oid && other.valid);
  const twin = others.find((other) => replaces(other, index));
  if (twin !== undefined) return [duplicate(index, twin)];
  const wider = others.find((other) => contains(other, index));
  if (wider !== undefined) return [redundant(index, wider)];
  return index.scans === 0 && isSpare(index) ? [unused(index, countedFor)] : [];
}

/** Of two alike the one that guarantees something stays, else the elder. */
function replaces(other: IndexFacts, index: IndexFacts): boolean {
  if (other.shape !== index.shape || !isSpareFor(index, other)) return false;
  return !isSpareFor(other, index) || other.oid < index.oid;
}

const isSpareFor = (index: IndexFacts, other: IndexFacts): boolean =>
  isSpare(index) || (index.is_unique && other.is_unique && !index.is_constraint && !index.is_replica_identity);

/** Whether `other` begins with all key columns of `index`, in the same order, and has more. */
function contains(other: IndexFacts, index: IndexFacts): boolean {
  const [long, short] = [other.prefix, index.prefix];
  if (long === undefined || short === undefined || !isSpare(index) || long.length <= short.length) return false;
  return short.every((key, position) => long[position] === key) && includesAll(other, index);
}

/** `columns` holds the INCLUDE columns too: an index-only scan must not be lost. */
const includesAll = (other: IndexFacts, index: IndexFacts): boolean =>
  index.columns.every((column) => other.columns.includes(column));

const facts = ({ schema, relation, bytes, scans, definition }: IndexFacts) => ({
  table: displayName(schema, relation),
  index_bytes: bytes,
  scans,
  definition,
});

const invalid = (index: IndexFacts): Finding => ({
  object: displayName(index.schema, index.name),
  problem: 'invalid index',
  severity: 'critical',
  evidence: facts(index),
  advice:
    'A CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY did not end well: no query uses the index, yet every write maintains it. Build it anew, or drop it.',
  sql: `REINDEX INDEX CONCURRENTLY ${quoted(index.schema, index.name)};\n-- or\n${drop(index)}`,
});

const duplicate = (index: IndexFacts, twin: IndexFacts): Finding => ({
  object: displayName(index.schema, index.name),
  problem: 'duplicate index',
  severity: 'warning',
  evidence: { ...facts(index), same_as: displayName(twin.schema, twin.name), other_scans: twin.scans },
  advice:
    'Another index has the same columns, order, operator classes and condition. Drop this one: writes get cheaper, no search gets slower.',
  sql: drop(index),
});

const redundant = (index: IndexFacts, wider: IndexFacts): Finding => ({
  object: displayName(index.schema, index.name),
  problem: 'redundant index',
  severity: 'info',
  evidence: {
    ...facts(index),
    contained_in: displayName(wider.schema, wider.name),
    other_bytes: wider.bytes,
    other_scans: wider.scans,
  },
  advice:
    'Another index begins with the same columns and can serve the same searches, if somewhat less compactly. Consider dropping this one.',
  sql: drop(index),
});

function unused(index: IndexFacts, countedFor: number | undefined): Finding {
  const young = countedFor === undefined || countedFor < countedLongEnough;
  return {
    object: displayName(index.schema, index.name),
    problem: 'unused index',
    severity: young ? 'info' : 'warning',
    evidence: { ...facts(index), ...(countedFor === undefined ? {} : { counted_for_s: countedFor }) },
    advice: `No scan of this index has been counted${young ? ', but the counters are young: look again after a full business cycle' : ''}. Replicas count for themselves: ask them too before dropping it.`,
    sql: drop(index),
  };
}
