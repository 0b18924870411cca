/** One transaction at the service: begun and pinned, statements one after another, and its end on every path. */

import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../model/errors.ts';
import { mustBeReadOnly } from '../exchange/plan.ts';
import type { Call } from '../exchange/verdict.ts';
import { staleState } from '../exchange/witness.ts';
import { StaleCatalog } from '../stale-catalog.ts';
import { withTimeLimit } from '../time-limit.ts';
import type { DataApi, Executed, MarkerValues } from './data-api.ts';
import type { Deadline } from './deadline.ts';
import { openingFailure, serviceFailure } from './failures.ts';
import { patiently, type RetryBudget } from './patience.ts';
import { pinning, readPin, type Session } from './pinning.ts';
import { readFault } from './service-fault.ts';

/** Milliseconds a paused cluster is waited for; they are reported to take ten to thirty seconds. */
const wakingTime = 60_000;
/** Milliseconds of pause before the one repetition that a refused password gets: the service may not have the new one yet. */
const rotationPause = 300;
/** Milliseconds the end of a transaction may take. */
const tidyTime = 5000;

const cancelText = `SELECT pg_catalog.pg_cancel_backend(a.pid)::pg_catalog.text FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = CAST(:1 AS pg_catalog.int4) AND a.application_name = :2`;

export interface TransactionParts {
  readonly api: DataApi;
  readonly budget: RetryBudget;
}

export interface Transaction {
  readonly readOnly: boolean;
  readonly session: Session;
  /** One statement; throws Failure. `toStatement` is there when it is the caller's own. */
  readonly execute: (
    sql: string,
    values: MarkerValues,
    deadline: Deadline,
    toStatement?: (position: number) => number | undefined,
  ) => Promise<Executed>;
  /** Throws Failure; after a lost answer nobody can say whether it was made. */
  readonly commit: () => Promise<void>;
  /** Stops what is running, if anything is, and rolls back. Never throws. */
  readonly abandon: (interrupted: boolean) => Promise<void>;
}

async function begin({ api, budget }: TransactionParts, { query }: Call, signal: AbortSignal): Promise<string> {
  const { connectTimeout } = query.database.limits;
  const once = () => withTimeLimit(connectTimeout, api.begin, signal);
  const { onWait } = query.request.call;
  const attempt = () =>
    patiently(once, { budget, signal, patience: wakingTime, ...(onWait === undefined ? {} : { onWait }) });
  try {
    return await attempt();
  } catch (thrown) {
    const fault = readFault(thrown);
    if (fault.kind !== 'database' || !/^(28P01|28000)$/.test(fault.error.sqlstate)) throw thrown;
    await pause(rotationPause, undefined, { signal });
    return attempt();
  }
}

const notPinned = () =>
  new Failure('BACKEND_QUERY_FAILED', 'The session could not be set up as a call needs it; nothing was sent.', {
    safeToRetry: true,
  });

/** Opens a transaction for one call: two requests. Throws Failure or StaleCatalog; nothing is left open then. */
export async function openTransaction(parts: TransactionParts, call: Call, caller: Deadline): Promise<Transaction> {
  const { api, budget } = parts;
  const readOnly = mustBeReadOnly(call.query, call.statement);
  const id = await begin(parts, call, caller.signal).catch((thrown: unknown) => {
    throw openingFailure(call, thrown, caller.interruption());
  });

  const rollback = () => endTransaction(api, id);
  const pin = pinning(call.query, readOnly);
  let session: Session | undefined;
  try {
    const answer = await patiently(() => api.execute(id, pin.sql, pin.values, caller.signal), {
      budget,
      signal: caller.signal,
      patience: tidyTime,
    });
    session = readPin(answer, readOnly);
    if (session === undefined) throw notPinned();
  } catch (thrown) {
    void rollback();
    const fault = readFault(thrown);
    if (fault.kind === 'database' && fault.error.sqlstate === staleState) throw new StaleCatalog(call.token, 'before');
    throw serviceFailure(call, thrown, { interruption: caller.interruption(), harmless: true });
  }
  const { pid } = session;

  const execute: Transaction['execute'] = async (sql, values, deadline, toStatement) => {
    const send = () => api.execute(id, sql, values, deadline.signal);
    const moment = toStatement === undefined ? {} : { toStatement };
    try {
      // A throttled call was turned away before it ran; a read may come again, a write does not.
      return await (readOnly ? patiently(send, { budget, signal: deadline.signal, patience: tidyTime }) : send());
    } catch (thrown) {
      throw serviceFailure(call, thrown, { interruption: deadline.interruption(), harmless: readOnly, ...moment });
    }
  };

  const commit = async () => {
    try {
      await withTimeLimit(call.query.decision.obligations.limits.statementTimeout, (signal) => api.commit(id, signal));
    } catch (thrown) {
      throw commitFailure(call, thrown);
    }
  };

  /** Closing a request does not stop its statement; the same role may, and only while the session still runs this call. */
  const interrupt = () =>
    withTimeLimit(tidyTime, (signal) =>
      api.execute(undefined, cancelText, [String(pid), call.query.request.call.id], signal),
    ).catch(() => undefined);

  const abandon = async (interrupted: boolean) => {
    if (interrupted) await interrupt();
    await rollback();
  };

  return { readOnly, session, execute, commit, abandon };
}

/** A statement that was asked to stop needs a moment: until then the service refuses to end its transaction. */
async function endTransaction(api: DataApi, id: string): Promise<void> {
  for (let wait = 20; wait < tidyTime; wait *= 2) {
    try {
      return await withTimeLimit(tidyTime, (signal) => api.rollback(id, signal));
    } catch (thrown) {
      if (readFault(thrown).kind !== 'busy') return; // gone already, or left to its idle limit
      await pause(wait);
    }
  }
}

/** The database's own refusal means that nothing was changed; any other end leaves it open. */
function commitFailure(call: Call, thrown: unknown): Failure {
  const fault = readFault(thrown);
  if (fault.kind === 'database') return serviceFailure(call, thrown, { interruption: undefined, harmless: false });
  return new Failure(
    'BACKEND_UNAVAILABLE',
    'The answer to the commit was lost: whether the change was made is unknown.',
    { hint: 'Look before sending it again.', safeToRetry: false, cause: thrown },
  );
}
