/** Group commit: all that queued while one commit ran forms the next; one is in flight, each record has its own answer. */

import { LogUnavailable } from './log-errors.ts';

/** Where a record stands once it is durable. */
export interface Placed {
  readonly seq: number;
  readonly leaf: string;
}

export interface Entry {
  /** A serialised record (serializer.ts). */
  readonly content: string;
  /** What must land if anything can: outcomes and refusals of calls that are already under way. Others are refused first. */
  readonly urgent: boolean;
  readonly settle: (placed: Placed) => void;
  /** It stands in no file. */
  readonly fail: (error: LogUnavailable) => void;
  /** The caller waits no longer; whether it will stand in the file is not known yet. */
  readonly abandon: (error: LogUnavailable) => void;
}

export interface AppendOptions {
  readonly urgent: boolean;
  /**
   * Told once what became of the record, after the caller's promise is settled: where it stands, or undefined; and
   * whether the caller had already been told that it failed (its deadline passed while the disk was still busy).
   */
  readonly fate?: (placed: Placed | undefined, tooLate: boolean) => void;
}

export interface QueueLimits {
  /** Milliseconds that one commit may take before its callers, and all who wait behind it, are refused. */
  readonly deadline: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly batchRecords: number;
  readonly batchBytes: number;
}

export const defaultQueueLimits: QueueLimits = Object.freeze({
  deadline: 5_000,
  maxRecords: 10_000,
  maxBytes: 64 * 1024 * 1024,
  batchRecords: 4_096,
  batchBytes: 4 * 1024 * 1024,
});

export interface CommitQueue {
  /** Resolves when the record is durable; rejects with LogUnavailable. */
  readonly append: (content: string, options: AppendOptions) => Promise<Placed>;
  /** Asks for a commit although nothing may be queued (a seal that is due). */
  readonly nudge: () => void;
  /** Resolves when nothing is queued and nothing is in flight. */
  readonly idle: () => Promise<void>;
  /** Records queued or in flight. */
  readonly size: () => number;
  readonly stalled: () => boolean;
}

/**
 * `commit` makes a batch durable and says where each entry stands, in order; when it throws LogUnavailable, none does.
 * `mayRetry` is asked when a failed batch has urgent entries: true puts them back in front of the queue.
 */
export function createCommitQueue(
  commit: (batch: readonly Entry[]) => Promise<readonly Placed[]>,
  mayRetry: (error: LogUnavailable) => Promise<boolean>,
  limits: QueueLimits,
): CommitQueue {
  let waiting: Entry[] = [];
  let waitingBytes = 0;
  let inFlight: readonly Entry[] = [];
  let running = false;
  let nudged = false;
  let stalled = false;
  let whenIdle: (() => void)[] = [];

  function refusal(entry: { content: string; urgent: boolean }): LogUnavailable | undefined {
    if (stalled) return new LogUnavailable('stalled', 'the audit disk does not answer');
    if (entry.urgent) return undefined;
    const full = waiting.length >= limits.maxRecords || waitingBytes + entry.content.length > limits.maxBytes;
    return full ? new LogUnavailable('queue_full', 'too many records wait for the audit disk') : undefined;
  }

  function append(content: string, { urgent, fate }: AppendOptions): Promise<Placed> {
    const refused = refusal({ content, urgent });
    if (refused !== undefined) {
      fate?.(undefined, false);
      return Promise.reject(refused);
    }
    return new Promise((resolve, reject) => {
      let abandoned = false;
      const decided = (placed: Placed | undefined) => fate?.(placed, abandoned);
      waiting.push({
        content,
        urgent,
        settle(placed) {
          resolve(placed);
          decided(placed);
        },
        fail(error) {
          reject(error);
          decided(undefined);
        },
        abandon(error) {
          abandoned = true;
          reject(error);
        },
      });
      waitingBytes += content.length;
      start();
    });
  }

  function start(): void {
    if (running) return;
    running = true;
    setImmediate(run); // whoever was woken by the last commit may queue in the same turn
  }

  function take(): readonly Entry[] {
    let bytes = 0;
    let count = 0;
    for (const { content } of waiting) {
      if (count >= limits.batchRecords || (count > 0 && bytes + content.length > limits.batchBytes)) break;
      bytes += content.length;
      count += 1;
    }
    waitingBytes -= bytes;
    return waiting.splice(0, count);
  }

  async function run(): Promise<void> {
    nudged = false;
    inFlight = take();
    const timer = setTimeout(giveUp, limits.deadline);
    const done = await settle(commit(inFlight));
    clearTimeout(timer);
    const late = stalled;
    stalled = false; // before anyone is told: what they append now is welcome again
    if (done.ok) for (const [i, entry] of inFlight.entries()) settleAt(entry, done.value[i]);
    else await failed(asUnavailable(done.thrown), late);
    inFlight = [];
    if (waiting.length > 0 || nudged) setImmediate(run);
    else rest();
  }

  function rest(): void {
    running = false;
    const waiters = whenIdle;
    whenIdle = [];
    for (const wake of waiters) wake();
  }

  /** The batch stays in flight, since nobody knows what the disk will still do; its callers need not wait for that. */
  function giveUp(): void {
    stalled = true;
    const error = new LogUnavailable('stalled', `the audit disk did not answer within ${limits.deadline} ms`);
    for (const entry of inFlight) entry.abandon(error);
    dropWaiting(error, () => true);
  }

  function dropWaiting(error: LogUnavailable, which: (entry: Entry) => boolean): void {
    const dropped = waiting.filter(which);
    waiting = waiting.filter((entry) => !which(entry));
    waitingBytes = waiting.reduce((sum, { content }) => sum + content.length, 0);
    for (const entry of dropped) entry.fail(error);
  }

  /** Urgent entries that were only waiting keep their turn: each record is tried once. */
  async function failed(error: LogUnavailable, late: boolean): Promise<void> {
    const urgent = late ? [] : inFlight.filter((entry) => entry.urgent);
    const again = urgent.length > 0 && (await mayRetry(error)) ? urgent : [];
    for (const entry of inFlight) if (!again.includes(entry)) entry.fail(error);
    dropWaiting(error, (entry) => !entry.urgent);
    waiting.unshift(...again);
    waitingBytes += again.reduce((sum, { content }) => sum + content.length, 0);
  }

  return {
    append,
    nudge() {
      nudged = true;
      start();
    },
    idle: () => (running ? new Promise((resolve) => whenIdle.push(resolve)) : Promise.resolve()),
    size: () => waiting.length + inFlight.length,
    stalled: () => stalled,
  };
}

type Done = { readonly ok: true; readonly value: readonly Placed[] } | { readonly ok: false; readonly thrown: unknown };

function settle(work: Promise<readonly Placed[]>): Promise<Done> {
  return work.then(
    (value) => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  );
}

function settleAt(entry: Entry, placed: Placed | undefined): void {
  if (placed !== undefined) entry.settle(placed);
}

function asUnavailable(error: unknown): LogUnavailable {
  if (error instanceof LogUnavailable) return error;
  return new LogUnavailable('write_failed', 'the audit log could not be written', error);
}
