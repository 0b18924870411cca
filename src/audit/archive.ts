/** What a desk stands on: the logs of this process with their keys, their room on the disk, their anchor, opened and closed together. */

import { access, constants } from 'node:fs/promises';
import { createAnchor } from './anchor.ts';
import { createClock, createUlid } from './clock.ts';
import { defaultQueueLimits, type QueueLimits } from './commit-queue.ts';
import { createCompressor } from './compress.ts';
import { type DirectoryOptions, takeDirectory } from './directory.ts';
import type { HmacKeys } from './hmac-key.ts';
import { createJournal } from './journal.ts';
import { brokerLog, listLogs } from './layout.ts';
import { diskFiles, type LogFiles } from './log-files.ts';
import { createLogs, type Logs } from './logs.ts';
import type { RecordBody } from './records.ts';
import { createRetention, type Retention } from './retention.ts';
import type { RetentionPolicy } from './retention-policy.ts';
import { createSerializer } from './serializer.ts';
import { createShipGate, type ShipRequirement } from './ship-gate.ts';
import { createSpace, type Room } from './space.ts';

export interface ArchiveOptions extends DirectoryOptions {
  /** Absent: calls do not wait for a copy of the log elsewhere. */
  readonly requireShipped?: ShipRequirement;
  /** First part of every origin. */
  readonly deployment?: string;
  /** For the operational log: what an operator must know, without any caller's data. */
  readonly report?: Report;
  readonly queue?: Partial<QueueLimits>;
  readonly rotateBytes?: number;
  /** Milliseconds without a call after which a database's log is closed. */
  readonly closeAfter?: number;
  /** Absent: no file is ever removed. */
  readonly retention?: RetentionPolicy;
  /** The file operations; a test puts a failing disk here. */
  readonly files?: LogFiles;
  /** How room on the disk is measured; a test gives its own figures. */
  readonly measureRoom?: () => Promise<Room>;
}

export type Report = (message: string, cause?: unknown) => void;

export interface Archive {
  readonly root: string;
  readonly instance: string;
  readonly deployment: string;
  readonly logs: Logs;
  readonly keys: HmacKeys;
  readonly report: Report;
  /** Resolves when one more call may be recorded: there is room, and the copy is not behind. Throws LogUnavailable. */
  readonly admit: () => Promise<void>;
  /** Opens every log this instance left behind and writes what it owes. */
  readonly recover: () => Promise<void>;
  readonly ready: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

const defaultRotateBytes = 256 * 1024 * 1024;
const defaultCloseAfter = 60_000;

/** Throws AUDIT_UNAVAILABLE, with the cure, when the directory may not or cannot be used. */
export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const report = options.report ?? (() => undefined);
  const writer = createUlid();
  const { directory: root, deployment = 'pgwarden' } = options;
  const { instance, keys, sealer } = await takeDirectory(options, writer, report);
  const journal = createJournal({ root, instance: instance.name, files: options.files ?? diskFiles, report });
  const logs = createLogs(
    {
      files: journal.files,
      clock: createClock(),
      writer,
      serialize: createSerializer(),
      queue: { ...defaultQueueLimits, ...options.queue },
      rotateBytes: options.rotateBytes ?? defaultRotateBytes,
      releaseReserve: () => space.releaseReserve(),
      closed: (path, first) => compressor.add(path, first),
      ...(sealer === undefined ? {} : { sealer }),
      anchored: () => anchor.newest(),
      report,
    },
    root,
    instance.name,
    deployment,
  );
  const anchor = createAnchor(() => logs);
  const compressor = createCompressor(report);
  const note = (body: RecordBody) =>
    logs
      .use(brokerLog, (log) => log.note(body))
      .then(
        () => undefined,
        (error: unknown) => report('the state of the audit disk could not be recorded', error),
      );
  const measure = options.measureRoom === undefined ? {} : { measure: options.measureRoom };
  const space = createSpace({ directory: root, instance: instance.name, note, report, ...measure });
  const { requireShipped } = options;
  const gate =
    requireShipped === undefined
      ? undefined
      : createShipGate({ root, instance: instance.name, note, report, ...requireShipped });
  if (sealer !== undefined)
    await anchor.resume().catch((error: unknown) => report('the anchor log cannot be read', error));
  const stopAnchor = sealer === undefined ? () => undefined : anchor.start(report);
  const retention =
    options.retention === undefined
      ? undefined
      : createRetention({ root, instance: instance.name, logs, policy: options.retention, report });
  const stopRetention = retention === undefined ? () => undefined : everySixHours(retention, report);
  const stopClosing = closeWhenIdle(logs, options.closeAfter ?? defaultCloseAfter);

  return {
    root,
    instance: instance.name,
    deployment,
    logs,
    keys,
    report,
    async admit() {
      await space.admit();
      await gate?.admit();
    },
    recover: () => recoverOwn(root, instance.name, logs, report),
    ready: async () => !logs.stalled() && (await isWritable(root)) && ((await gate?.open()) ?? true),
    async close() {
      stopClosing();
      await stopRetention();
      stopAnchor();
      await logs.closeIdle(Number.POSITIVE_INFINITY); // their last seals come before the last anchor
      if (sealer !== undefined)
        await anchor.drop().catch((error: unknown) => report('the last anchor could not be written', error));
      await logs.close();
      await journal.close();
      await compressor.idle();
      await space.close();
      await instance.release();
    },
  };
}

function closeWhenIdle(logs: Logs, closeAfter: number): () => void {
  const timer = setInterval(() => void logs.closeIdle(Date.now() - closeAfter), Math.min(closeAfter, 30_000));
  timer.unref();
  return () => clearInterval(timer);
}

/** At the start, and then every six hours; resolves, when stopped, once the round under way is over. */
function everySixHours({ round }: Retention, report: Report): () => Promise<void> {
  let work: Promise<void> = Promise.resolve();
  const begin = () => {
    work = round().catch((error: unknown) => report('the audit files that are due could not be looked for', error));
  };
  begin();
  const timer = setInterval(begin, 6 * 3_600_000);
  timer.unref();
  return () => {
    clearInterval(timer);
    return work;
  };
}

async function recoverOwn(root: string, instance: string, logs: Logs, report: Report): Promise<void> {
  const own = (await listLogs(root)).filter((log) => log.instance === instance);
  for (const { id } of own) {
    await logs
      .use(id, (log) => log.payDebts())
      .catch((error: unknown) => report(`the audit log of ${id} cannot be opened`, error));
    await logs.closeIdle(Number.POSITIVE_INFINITY);
  }
}

async function isWritable(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
