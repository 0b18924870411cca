/** What keeps VACUUM from removing dead rows: ages alone, told to whoever may read the views of activity. */

import { z } from 'zod';
import type { Finding } from './finding.ts';
import { count, type Question, readOnce } from './read.ts';
import { opens, type Sight } from './sight.ts';

/** Transactions a snapshot may be behind before it is worth telling. */
const oldAge = 1_000_000;
/** Seconds a transaction may be open. */
const longTransaction = 3600;

const horizon = z.object({
  snapshot_age: count.nullable(),
  transaction_seconds: count.nullable(),
  prepared_age: count.nullable(),
  slot_age: count.nullable(),
});

/** Undefined where the policy does not open the views. Throws BrokerError. */
export async function readHorizon(question: Question, sight: Sight): Promise<Finding[] | undefined> {
  if (!opens(sight, 'pg_stat_activity', 'backend_xmin') || !opens(sight, 'pg_replication_slots', 'xmin'))
    return undefined;
  const { rows } = await readOnce(question, 'analysis_horizon', horizon);
  return rows.flatMap(problems);
}

function problems({ snapshot_age, transaction_seconds, prepared_age, slot_age }: z.output<typeof horizon>): Finding[] {
  const found = (problem: string, evidence: Finding['evidence'], advice: string, sql: string): Finding => ({
    object: 'server',
    problem,
    severity: 'warning',
    evidence,
    advice,
    sql,
  });
  return [
    ...((transaction_seconds ?? 0) >= longTransaction || (snapshot_age ?? 0) >= oldAge
      ? [
          found(
            'long transaction',
            { open_s: transaction_seconds ?? 0, snapshot_age: snapshot_age ?? 0 },
            'Rows that died since it began cannot be removed anywhere in the database. Find it and end it, and limit idle transactions.',
            `SELECT pid, xact_start, state FROM pg_stat_activity WHERE backend_xmin IS NOT NULL ORDER BY age(backend_xmin) DESC LIMIT 5;\nALTER SYSTEM SET idle_in_transaction_session_timeout = '10min';`,
          ),
        ]
      : []),
    ...((prepared_age ?? 0) >= oldAge
      ? [
          found(
            'old prepared transaction',
            { age: prepared_age ?? 0 },
            'A transaction was prepared and never finished. Commit it or roll it back.',
            'SELECT gid, prepared FROM pg_prepared_xacts ORDER BY prepared;',
          ),
        ]
      : []),
    ...((slot_age ?? 0) >= oldAge
      ? [
          found(
            'old replication slot',
            { age: slot_age ?? 0 },
            'A replication slot keeps old rows for a consumer that does not come. Bring it back, or drop the slot.',
            'SELECT slot_name, active, age(xmin), age(catalog_xmin) FROM pg_replication_slots;',
          ),
        ]
      : []),
  ];
}
