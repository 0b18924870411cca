/** The audit desk: makes records durable, and only then cuts the key to a backend. What it cannot record does not happen. */

import { type BrokerError, Failure, Refusal } from '../model/errors.ts';
import type { CallContext, QueryRequest } from '../model/request.ts';
import type { Outcome, QueryResult, Receipt } from '../model/result.ts';
import { openPermit, type Permit, type PermitContents } from '../policy/permit.ts';
import { openStatement } from '../sql/statement.ts';
import { type ArchiveOptions, openArchive, type Report } from './archive.ts';
import {
  type AuditLog,
  type AuthorizedQuery,
  type Commit,
  type NotExecuted,
  openAuthorized,
  sealAuthorized,
  type Trail,
} from './audit-log.ts';
import type { Placed } from './commit-queue.ts';
import { callSections, intentRecord, shorten } from './intent-record.ts';
import { brokerLog } from './layout.ts';
import type { Log } from './log.ts';
import { LogUnavailable } from './log-errors.ts';
import type { Unsettled } from './open-calls.ts';
import { outcomeRecord } from './outcome-record.ts';
import { bounded, oneLine, whole } from './plain-text.ts';
import type { IntentBody, OutcomeBody, SqlMode } from './records.ts';
import { storeText } from './text-store.ts';

export interface AuditDeskOptions extends ArchiveOptions {
  /** How SQL text is recorded. */
  readonly sql: SqlMode;
}

/** What changed in what the broker decides by. A text is kept by its hash; `undefined` where there is none any more. */
export interface ConfigChange {
  readonly what: 'policy' | 'model' | 'config';
  /** Which one: a file's name or a database id. */
  readonly name: string;
  readonly text: string | undefined;
  readonly oldSha256?: string;
  /** `process`, the owner of the file, or `unknown`. */
  readonly by: string;
  /** Why the change was not applied. */
  readonly refused?: string;
}

/** A caller the transport could not identify. `why` is a word of ours, never what the caller sent. */
export interface AuthenticationFailure {
  /** With a principal where the credentials are known, and were not given for this. */
  readonly call: Omit<CallContext, 'principal'> & Partial<Pick<CallContext, 'principal'>>;
  readonly why: string;
}

export interface UnsettledWrite extends Unsettled {
  /** The database. */
  readonly id: string;
}

/** What the server says of a transaction, or why nothing can be said: a word of ours. */
export type WriteFate =
  | { readonly is: 'committed' | 'aborted' }
  | { readonly is: 'unknown'; readonly why: 'forgotten' | 'other_server' | 'database_gone' };

export interface AuditDesk extends AuditLog {
  /** Resolves with the text's SHA-256 once text and record are durable. Throws AUDIT_UNAVAILABLE. */
  readonly recordConfig: (change: ConfigChange) => Promise<string | undefined>;
  /** Resolves when the refusal stands in `_broker`. Throws AUDIT_UNAVAILABLE. */
  readonly recordAuthenticationFailure: (failure: AuthenticationFailure) => Promise<void>;
  /** Opens every log this instance left behind, so that calls cut short by a crash are on record before the first new one. */
  readonly recover: () => Promise<void>;
  /** Writes that are on record as about to be committed, and whose end is not: the process died, or the answer was lost. */
  readonly unsettled: () => readonly UnsettledWrite[];
  /** Resolves when it is on record what became of such a write. Throws AUDIT_UNAVAILABLE. */
  readonly recordSettled: (write: UnsettledWrite, fate: WriteFate) => Promise<void>;
  /** Whether a record could be written now, as far as can be told without writing one. */
  readonly ready: () => Promise<boolean>;
  /** Records that wait for the disk, those being flushed included. */
  readonly waiting: () => number;
  readonly instance: string;
  /** Waits for what is queued, closes every file, gives the instance back. */
  readonly close: () => Promise<void>;
}

const microseconds = () => Number(process.hrtime.bigint() / 1000n);

/** Opens the audit directory for this process. Throws AUDIT_UNAVAILABLE, with the cure, when it may not or cannot be used. */
export async function createAuditDesk(options: AuditDeskOptions): Promise<AuditDesk> {
  const archive = await openArchive(options);
  const { keys, logs, report, root } = archive;
  const started = new WeakMap<AuthorizedQuery, { readonly at: number; readonly audit: number }>();

  function recordOf(request: QueryRequest, trail: Trail, error: BrokerError | undefined, logId: string) {
    return intentRecord(request, trail, error, { mode: options.sql, keys, logId });
  }

  async function recordIntent(permit: Permit): Promise<AuthorizedQuery> {
    const at = microseconds();
    const contents = openPermit(permit);
    const { id } = contents.database;
    const body = await recordOf(contents.request, contents, undefined, id);
    const { origin, placed } = await before(report, async () => {
      await archive.admit();
      return logs.use(id, (log) => append(log, body));
    });
    const intent = { origin, seq: placed.seq };
    const query = sealAuthorized({ ...contents, intent, recordPrecommit: precommitOf(contents, placed.seq) });
    started.set(query, { at, audit: microseconds() - at });
    return query;
  }

  /** A call under way: it is written where a new call would be refused. */
  function precommitOf({ database, request }: PermitContents, iseq: number) {
    return async ({ xid, affected }: Commit): Promise<void> => {
      const rows = affected === undefined ? {} : { affected: whole(affected) };
      const body = { type: 'precommit', call: request.call.id, iseq, xid: bounded(xid, 32), ...rows } as const;
      const work = () => logs.use(database.id, (log) => log.precommit(body));
      await before(report, work, 'the change was rolled back');
    };
  }

  async function recordSettled({ id, call, iseq, xid, amends }: UnsettledWrite, fate: WriteFate): Promise<void> {
    const corrected = amends === undefined ? {} : { amends };
    const body = { type: 'outcome', call, iseq, ...corrected, ...settledAs(fate), be: { xid } } as const;
    await before(report, () => logs.use(id, (log) => log.settle(body)));
  }

  async function recordRefusal(request: QueryRequest, error: BrokerError, trail: Trail): Promise<void> {
    const id = trail.database?.id ?? brokerLog;
    const body = await recordOf(request, trail, error, id);
    await before(report, () => logs.use(id, (log) => append(log, body)));
  }

  async function recordOutcome(query: AuthorizedQuery, outcome: Outcome<QueryResult | NotExecuted>): Promise<Receipt> {
    const { request, database, statement, intent } = openAuthorized(query);
    const { at, audit } = started.get(query) ?? { at: microseconds(), audit: 0 };
    const body = outcomeRecord(outcome, {
      call: request.call.id,
      intentSeq: intent.seq,
      class: openStatement(statement).class,
      total: microseconds() - at,
      audit,
    });
    return after(report, () => logs.use(database.id, async (log) => receipt(log, await log.outcome(body))));
  }

  async function recordListing(request: QueryRequest, rows: number): Promise<Receipt> {
    const body = await recordOf(request, {}, undefined, brokerLog);
    return before(report, async () => {
      await archive.admit();
      return logs.use(brokerLog, async (log) => {
        const { placed } = await append(log, body);
        const value: NotExecuted = { why: 'answered_by_broker', rows };
        const base = { call: request.call.id, intentSeq: placed.seq, class: 'read', total: 0, audit: 0 } as const;
        return receipt(log, await log.outcome(outcomeRecord({ ok: true, value }, base)));
      });
    });
  }

  async function recordConfig(change: ConfigChange): Promise<string | undefined> {
    return before(report, async () => {
      const hash = change.text === undefined ? undefined : await storeText(root, change.text);
      await logs.use(brokerLog, (log) =>
        log.note({
          type: 'config',
          what: change.what,
          name: bounded(change.name, 512),
          ...(change.oldSha256 === undefined ? {} : { old_sha256: change.oldSha256 }),
          ...(hash === undefined ? {} : { new_sha256: hash }),
          by: oneLine(change.by, 256),
          ...(change.refused === undefined ? {} : { refused: oneLine(change.refused, 512) }),
        }),
      );
      return hash;
    });
  }

  async function recordAuthenticationFailure({ call, why }: AuthenticationFailure): Promise<void> {
    const { principal, ...sections } = callSections({ ...call, principal: call.principal ?? nobody });
    const body: IntentBody = {
      type: 'intent',
      ...sections,
      ...(call.principal && { principal }),
      db: {},
      act: 'list',
      decision: { eff: 'deny', code: 'PRINCIPAL_UNKNOWN', why: oneLine(why, 64) },
      final: true,
    };
    await before(report, () => logs.use(brokerLog, (log) => log.note(body)));
  }

  return {
    recordIntent,
    recordRefusal,
    recordOutcome,
    recordListing,
    recordConfig,
    recordAuthenticationFailure,
    recover: archive.recover,
    unsettled: logs.unsettled,
    recordSettled,
    ready: archive.ready,
    waiting: logs.waiting,
    instance: archive.instance,
    close: archive.close,
  };
}

/** The change was made and its answer never released; or it was not made; or nobody can say. */
function settledAs(fate: WriteFate): Pick<OutcomeBody, 'st' | 'why'> {
  if (fate.is === 'unknown') return { st: 'unknown', why: fate.why };
  return { st: fate.is === 'committed' ? 'withheld' : 'error', why: fate.is };
}

const nobody = Object.freeze({ id: '-', kind: 'system', auth: 'none', roles: Object.freeze([]) } as const);

function receipt(log: Log, { seq, leaf }: Placed): Receipt {
  return { origin: log.origin, seq, leaf };
}

/** Appends an intent, leaving out what would make its line too long. */
async function append(log: Log, body: IntentBody): Promise<{ readonly origin: string; readonly placed: Placed }> {
  for (let record: IntentBody = body; ; ) {
    try {
      const placed = await (record.final === true ? log.note(record) : log.intent(record));
      return { origin: log.origin, placed };
    } catch (error) {
      const shorter = error instanceof LogUnavailable && error.fault === 'line_too_long' ? shorten(record) : undefined;
      if (shorter === undefined) throw error;
      record = shorter;
    }
  }
}

const notDurable = 'The audit record could not be made durable';
const notShipped = 'The copy of the audit log elsewhere is too far behind';

/** Nothing was executed yet: the same call may be sent again. */
async function before<T>(report: Report, work: () => Promise<T>, undone = 'nothing was executed'): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    report('a record could not be made durable; the call was refused', cause);
    const behind = cause instanceof LogUnavailable && cause.fault === 'not_shipped';
    throw new Refusal('AUDIT_UNAVAILABLE', `${behind ? notShipped : notDurable}, so ${undone}.`, {
      hint: 'Try again later; the operator of this server can see the reason.',
      safeToRetry: true,
      cause,
    });
  }
}

/** The statement has run: what it brought back is withheld. */
async function after<T>(report: Report, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    report('an outcome could not be made durable; its result was withheld', cause);
    throw new Failure(
      'AUDIT_UNAVAILABLE',
      'The statement ran, but its audit record could not be made durable, so its result is withheld.',
      {
        hint: 'Try again later; the operator of this server can see the reason.',
        cause,
      },
    );
  }
}
