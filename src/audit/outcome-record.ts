/** Builds the outcome of a permitted call: how it ended, how much was released, how long it took; never a value of the data. */

import type { BrokerError, ErrorCode } from '../model/errors.ts';
import type { Outcome, QueryResult } from '../model/result.ts';
import type { StatementClass } from '../sql/statement.ts';
import type { NotExecuted } from './audit-log.ts';
import { bounded, whole } from './plain-text.ts';
import type { OutcomeBody, Status } from './records/outcome.ts';

export interface OutcomeContext {
  readonly call: string;
  readonly intentSeq: number;
  readonly class: StatementClass;
  /** Microseconds: since the call came to the desk, and of those, spent making the intent durable. */
  readonly total: number;
  readonly audit: number;
}

/** Errors of a permitted call, and what they say of its execution unless they say themselves that it ran. */
const statusOf: Partial<Record<ErrorCode, Status>> = {
  BACKEND_TIMEOUT: 'timeout',
  BACKEND_CANCELLED: 'cancelled',
  CATALOG_UNAVAILABLE: 'not_executed',
  LIMIT_EXCEEDED: 'not_executed',
};

export function outcomeRecord(outcome: Outcome<QueryResult | NotExecuted>, context: OutcomeContext): OutcomeBody {
  const base = { type: 'outcome', call: context.call, iseq: context.intentSeq } as const;
  const dur = { audit: whole(context.audit), total: whole(context.total) };
  if (!outcome.ok) return { ...base, ...failure(outcome.error, context.class), dur };
  if ('why' in outcome.value) return { ...base, ...notExecuted(outcome.value), dur };
  return { ...base, st: 'ok', ...released(outcome.value), dur: { ...durations(outcome.value), ...dur } };
}

function notExecuted({ why, rows }: NotExecuted): Pick<OutcomeBody, 'st' | 'why' | 'rows'> {
  const st = why === 'answered_by_broker' ? 'ok' : 'not_executed';
  return { st, why, ...(rows === undefined ? {} : { rows: whole(rows) }) };
}

/** A write whose connection broke may or may not have happened: nobody here knows. */
function failure(error: BrokerError, statementClass: StatementClass): Pick<OutcomeBody, 'st' | 'err'> {
  const lost = error.code === 'BACKEND_UNAVAILABLE' && statementClass !== 'read' && !error.safeToRetry;
  const sqlstate = error.sqlstate !== undefined && /^[0-9A-Z]{5}$/.test(error.sqlstate) ? error.sqlstate : undefined;
  return {
    st: lost ? 'unknown' : ((error.executed ? 'error' : statusOf[error.code]) ?? 'error'),
    err: { code: error.code, ...(sqlstate === undefined ? {} : { sqlstate, class: sqlstate.slice(0, 2) }) },
  };
}

function released(result: QueryResult): Partial<OutcomeBody> {
  const { backend } = result;
  return {
    rows: result.rows.length,
    ...(result.affected === undefined ? {} : { affected: whole(result.affected) }),
    bytes: whole(result.bytes),
    cut: result.cut,
    ...(result.masked.length === 0
      ? {}
      : {
          masked: { cols: result.masked.slice(0, 200).map((column) => bounded(column, 1024)), n: result.masked.length },
        }),
    ...(result.envelope === undefined ? {} : { env: result.envelope }),
    be: {
      ...(backend.pid === undefined ? {} : { pid: whole(backend.pid) }),
      ...(backend.version === undefined ? {} : { ver: bounded(backend.version) }),
      ...(backend.xid === undefined ? {} : { xid: bounded(backend.xid, 32) }),
    },
  };
}

function durations({ timings }: QueryResult) {
  return { queue: whole(timings.queue), connect: whole(timings.connect), exec: whole(timings.execute) };
}
