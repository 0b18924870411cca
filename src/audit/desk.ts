/** The audit desk: makes records durable, and only then cuts the key to a backend. What it cannot record does not happen. */

import { access, constants } from 'node:fs/promises';
import { hostname } from 'node:os';
import { type BrokerError, Failure, Refusal } from '../model/errors.ts';
import type { CallContext, QueryRequest } from '../model/request.ts';
import type { Outcome, QueryResult, Receipt } from '../model/result.ts';
import { openPermit, type Permit } from '../policy/permit.ts';
import { openStatement } from '../sql/statement.ts';
import { type Anchor, createAnchor } from './anchor.ts';
import {
  type AuditLog,
  type AuthorizedQuery,
  type NotExecuted,
  openAuthorized,
  sealAuthorized,
  type Trail,
} from './audit-log.ts';
import { createClock, createUlid } from './clock.ts';
import { defaultQueueLimits, type Placed, type QueueLimits } from './commit-queue.ts';
import { defaultKeyPath, type HmacKeys, keyBesideLog, readHmacKeys } from './hmac-key.ts';
import { callSections, intentRecord, shorten } from './intent-record.ts';
import { brokerLog, listLogs, prepareDirectory, refuseNetworkFileSystem, takeInstance } from './layout.ts';
import type { Log } from './log.ts';
import { LogUnavailable } from './log-errors.ts';
import { diskFiles, type LogFiles } from './log-files.ts';
import { createLogs } from './logs.ts';
import { outcomeRecord } from './outcome-record.ts';
import { bounded, oneLine } from './plain-text.ts';
import type { IntentBody, SqlMode } from './records.ts';
import { createSealer } from './sealer.ts';
import { createSerializer } from './serializer.ts';
import { storeText } from './text-store.ts';

export interface AuditDeskOptions {
  /** Made when missing; refused when others may write to it or to its parent. */
  readonly directory: string;
  readonly sql: SqlMode;
  /** The text of `audit.hmac_key`; absent: a key is kept beside the log. */
  readonly hmacKey?: string;
  /** The text of `audit.signing_key`, an identity key; absent: heads are not signed. */
  readonly signingKey?: string;
  /** `allow` where locks and flushes of a network file system are trusted; default `refuse`. */
  readonly networkFilesystem?: 'refuse' | 'allow';
  /** First part of every origin. */
  readonly deployment?: string;
  /** Absent: the first of `i1`, `i2` … that no living process holds. */
  readonly instance?: string;
  /** For the operational log: what an operator must know, without any caller's data. */
  readonly report?: (message: string, cause?: unknown) => void;
  readonly queue?: Partial<QueueLimits>;
  readonly rotateBytes?: number;
  /** Milliseconds without a call after which a database's log is closed. */
  readonly closeAfter?: number;
  /** The file operations; a test puts a failing disk here. */
  readonly files?: LogFiles;
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
  readonly call: Omit<CallContext, 'principal'>;
  readonly why: string;
}

export interface AuditDesk extends AuditLog {
  /** Resolves with the text's SHA-256 once text and record are durable. Throws AUDIT_UNAVAILABLE. */
  readonly recordConfig: (change: ConfigChange) => Promise<string | undefined>;
  /** Resolves when the refusal stands in `_broker`. Throws AUDIT_UNAVAILABLE. */
  readonly recordAuthenticationFailure: (failure: AuthenticationFailure) => Promise<void>;
  /** Opens every log this instance left behind, so that calls cut short by a crash are on record before the first new one. */
  readonly recover: () => Promise<void>;
  /** Whether a record could be written now, as far as can be told without writing one. */
  readonly ready: () => Promise<boolean>;
  readonly instance: string;
  /** Waits for what is queued, closes every file, gives the instance back. */
  readonly close: () => Promise<void>;
}

const defaultRotateBytes = 256 * 1024 * 1024;
const defaultCloseAfter = 60_000;

const microseconds = () => Number(process.hrtime.bigint() / 1000n);

/** Opens the audit directory for this process. Throws AUDIT_UNAVAILABLE, with the cure, when it may not or cannot be used. */
export async function createAuditDesk(options: AuditDeskOptions): Promise<AuditDesk> {
  const report = options.report ?? (() => undefined);
  const writer = createUlid();
  const root = options.directory;
  const deployment = options.deployment ?? 'pgwarden';
  const { instance, keys, sealer } = await enter(options, writer, report);
  const setting = {
    files: options.files ?? diskFiles,
    clock: createClock(),
    writer,
    serialize: createSerializer(),
    queue: { ...defaultQueueLimits, ...options.queue },
    rotateBytes: options.rotateBytes ?? defaultRotateBytes,
    releaseReserve: () => Promise.resolve(false),
    ...(sealer === undefined ? {} : { sealer }),
    anchored: () => anchor.newest(),
    report,
  };
  const logs = createLogs(setting, root, instance.name, deployment);
  const anchor: Anchor = createAnchor(() => logs);
  if (sealer !== undefined)
    await anchor.resume().catch((error: unknown) => report('the anchor log cannot be read', error));
  const stopAnchor = sealer === undefined ? () => undefined : anchor.start(report);
  const closeAfter = options.closeAfter ?? defaultCloseAfter;
  const idleTimer = setInterval(() => void logs.closeIdle(Date.now() - closeAfter), Math.min(closeAfter, 30_000));
  idleTimer.unref();
  const started = new WeakMap<AuthorizedQuery, { readonly at: number; readonly audit: number }>();

  function recordOf(request: QueryRequest, trail: Trail, error: BrokerError | undefined, logId: string) {
    return intentRecord(request, trail, error, { mode: options.sql, keys, logId });
  }

  async function recordIntent(permit: Permit): Promise<AuthorizedQuery> {
    const at = microseconds();
    const contents = openPermit(permit);
    const { id } = contents.database;
    const body = await recordOf(contents.request, contents, undefined, id);
    const { origin, placed } = await before(report, () => logs.use(id, (log) => append(log, body)));
    const query = sealAuthorized({ ...contents, intent: { origin, seq: placed.seq } });
    started.set(query, { at, audit: microseconds() - at });
    return query;
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
    return before(report, () =>
      logs.use(brokerLog, async (log) => {
        const { placed } = await append(log, body);
        const value: NotExecuted = { why: 'answered_by_broker', rows };
        const base = { call: request.call.id, intentSeq: placed.seq, class: 'read', total: 0, audit: 0 } as const;
        return receipt(log, await log.outcome(outcomeRecord({ ok: true, value }, base)));
      }),
    );
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
    const { principal: _nobody, ...sections } = callSections({ ...call, principal: nobody });
    const body: IntentBody = {
      type: 'intent',
      ...sections,
      db: {},
      act: 'list',
      decision: { eff: 'deny', code: 'PRINCIPAL_UNKNOWN', why: oneLine(why, 64) },
      final: true,
    };
    await before(report, () => logs.use(brokerLog, (log) => log.note(body)));
  }

  async function recover(): Promise<void> {
    const own = (await listLogs(root)).filter((log) => log.instance === instance.name);
    for (const { id } of own) {
      await logs
        .use(id, (log) => log.payDebts())
        .catch((error: unknown) => report(`the audit log of ${id} cannot be opened`, error));
      await logs.closeIdle(Date.now() + 1);
    }
  }

  return {
    recordIntent,
    recordRefusal,
    recordOutcome,
    recordListing,
    recordConfig,
    recordAuthenticationFailure,
    recover,
    async ready() {
      if (logs.stalled()) return false;
      return access(root, constants.W_OK | constants.X_OK).then(
        () => true,
        () => false,
      );
    },
    instance: instance.name,
    async close() {
      clearInterval(idleTimer);
      stopAnchor();
      await logs.closeIdle(Number.POSITIVE_INFINITY); // their last seals come before the last anchor
      if (sealer !== undefined)
        await anchor.drop().catch((error: unknown) => report('the last anchor could not be written', error));
      await logs.close();
      await instance.release();
    },
  };
}

const nobody = Object.freeze({ id: '-', kind: 'system', auth: 'none', roles: Object.freeze([]) } as const);

type Report = (message: string, cause?: unknown) => void;

async function enter(options: AuditDeskOptions, writer: string, report: Report) {
  const { directory, instance, hmacKey, signingKey, networkFilesystem } = options;
  try {
    await prepareDirectory(directory);
    if (networkFilesystem !== 'allow') await refuseNetworkFileSystem(directory);
    const keys = await findKeys(directory, hmacKey, report);
    const sealer = signingKey === undefined ? undefined : createSealer(signingKey);
    const note = `pid ${process.pid} on ${hostname()}, writer ${writer}, since ${new Date().toISOString()}\n`;
    return { instance: await takeInstance(directory, note, instance), keys, sealer };
  } catch (error) {
    throw new Refusal('AUDIT_UNAVAILABLE', 'The audit log cannot be used, so nothing can be served.', {
      hint: error instanceof Error ? error.message : 'See the operational log.',
      cause: error,
    });
  }
}

async function findKeys(directory: string, configured: string | undefined, report: Report): Promise<HmacKeys> {
  if (configured !== undefined) return readHmacKeys(configured);
  const { text, created } = await keyBesideLog(directory);
  if (created) {
    const path = defaultKeyPath(directory);
    report(
      `made the key of the audit log's fingerprints, ${path}: move it away from the log, name it in audit.hmac_key, and back it up`,
    );
  }
  return readHmacKeys(text);
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

/** Nothing was executed yet: the same call may be sent again. */
async function before<T>(report: Report, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    report('a record could not be made durable; the call was refused', cause);
    throw new Refusal('AUDIT_UNAVAILABLE', 'The audit record could not be made durable, so nothing was executed.', {
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
