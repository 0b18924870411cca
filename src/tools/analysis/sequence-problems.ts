/** Sequences near their end, by the sequence's own bound and by the integer column it feeds. */

import type { SequenceFacts } from './facts.ts';
import { displayName, type Finding, quoted } from './finding.ts';

/** Percent used from which a sequence is told of, and from which it is urgent. */
const near = 75;
const urgent = 90;

const largest: Readonly<Record<string, bigint>> = { smallint: 32_767n, integer: 2_147_483_647n };

export function sequenceProblems(sequences: readonly SequenceFacts[]): Finding[] {
  return sequences.flatMap(problem);
}

function problem(sequence: SequenceFacts): Finding[] {
  const { last_value: last, increment, cycles } = sequence;
  if (last === null || cycles || increment === 0n) return [];
  const [from, to] = increment > 0n ? [sequence.min_value, upper(sequence)] : [sequence.max_value, sequence.min_value];
  const used = Number(((last - from) * 10_000n) / (to - from === 0n ? 1n : to - from)) / 100;
  if (used < near) return [];
  const left = (to - last) / increment;
  return [
    {
      object: displayName(sequence.schema, sequence.name),
      problem: 'sequence near its end',
      severity: used >= urgent ? 'critical' : 'warning',
      evidence: {
        used_pct: used,
        last_value: String(last),
        limit: String(to),
        values_left: String(left < 0n ? 0n : left),
        ...ownerFacts(sequence),
      },
      ...cure(sequence),
    },
  ];
}

/** What ends first: the sequence, or the column that owns it. */
function upper({ max_value, owner_type }: SequenceFacts): bigint {
  const column = largest[owner_type ?? ''];
  return column !== undefined && column < max_value ? column : max_value;
}

function ownerFacts({ owner_schema, owner_relation, owner_column, owner_type }: SequenceFacts) {
  if (owner_schema === null || owner_relation === null || owner_column === null) return {};
  return { column: `${displayName(owner_schema, owner_relation)}.${owner_column}`, column_type: owner_type ?? '' };
}

function cure(sequence: SequenceFacts): Pick<Finding, 'advice' | 'sql'> {
  const { owner_schema: schema, owner_relation: relation, owner_column: column, owner_type: type } = sequence;
  const own = quoted(sequence.schema, sequence.name);
  if (schema !== null && relation !== null && column !== null && largest[type ?? ''] !== undefined)
    return {
      advice: `The next INSERTs fail when the values are used up. Make the column bigint; on a large table do it through a new column, since ALTER TYPE rewrites the table under an exclusive lock. Columns that refer to it must follow.`,
      sql: `ALTER TABLE ${quoted(schema, relation)} ALTER COLUMN ${quoted(column)} TYPE bigint;\nALTER SEQUENCE ${own} AS bigint;`,
    };
  return {
    advice:
      'nextval fails when the values are used up. Widen the sequence, after making sure that what stores its values is wide enough.',
    sql: `ALTER SEQUENCE ${own} AS bigint${sequence.increment > 0n ? ' NO MAXVALUE' : ' NO MINVALUE'};`,
  };
}
