/** The audit desk: makes records durable, and only then cuts the key to a backend. What it cannot record does not happen. */

import type { BrokerError } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Outcome, QueryResult, Receipt } from '../model/result.ts';
import { openPermit, type Permit, type PermitContents } from '../policy/permit.ts';
import { openStatement } from '../sql/statement.ts';
import { type ArchiveOptions, openArchive } from './archive.ts';
import {
  type AuditLog,
  type AuthorizedQuery,
  type Commit,
  type NotExecuted,
  openAuthorized,
  sealAuthorized,
  type Trail,
} from './audit-log.ts';
import { afterExecution, beforeExecution } from './audit-unavailable.ts';
import { type AuthenticationFailure, authenticationRecord } from './authentication-record.ts';
import type { Placed } from './commit-queue.ts';
import { type ConfigChange, configRecord } from './config-record.ts';
import { intentRecord, shorten } from './intent-record.ts';
import { brokerLog } from './layout.ts';
import type { Log } from './log.ts';
import { LogUnavailable } from './log-errors.ts';
import { outcomeRecord } from './outcome-record.ts';
import { bounded, whole } from './plain-text.ts';
import type { IntentBody } from './records/intent.ts';
import type { SqlMode } from './records/sql.ts';
import { settledRecord, type UnsettledWrite, type WriteFate } from './settled-record.ts';
import { storeText } from './text-store.ts';

export interface AuditDeskOptions extends ArchiveOptions {
  /** How SQL text is recorded. */
  readonly sql: SqlMode;
}

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
    const { origin, placed } = await beforeExecution(report, async () => {
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
      await beforeExecution(report, work, 'the change was rolled back');
    };
  }

  async function recordSettled(write: UnsettledWrite, fate: WriteFate): Promise<void> {
    const body = settledRecord(write, fate);
    await beforeExecution(report, () => logs.use(write.id, (log) => log.settle(body)));
  }

  async function recordRefusal(request: QueryRequest, error: BrokerError, trail: Trail): Promise<void> {
    const id = trail.database?.id ?? brokerLog;
    const body = await recordOf(request, trail, error, id);
    await beforeExecution(report, () => logs.use(id, (log) => append(log, body)));
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
    return afterExecution(report, () => logs.use(database.id, async (log) => receipt(log, await log.outcome(body))));
  }

  async function recordListing(request: QueryRequest, rows: number): Promise<Receipt> {
    const body = await recordOf(request, {}, undefined, brokerLog);
    return beforeExecution(report, async () => {
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
    return beforeExecution(report, async () => {
      const hash = change.text === undefined ? undefined : await storeText(root, change.text);
      await logs.use(brokerLog, (log) => log.note(configRecord(change, hash)));
      return hash;
    });
  }

  async function recordAuthenticationFailure(failure: AuthenticationFailure): Promise<void> {
    const body = authenticationRecord(failure);
    await beforeExecution(report, () => logs.use(brokerLog, (log) => log.note(body)));
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
