/** The logs of one process: each opens at its first record, closes when idle, and fails alone. */

import { createUlid } from './clock.ts';
import type { Head } from './frame.ts';
import { logDirectory } from './layout.ts';
import { type Log, openLog } from './log.ts';
import { LogUnavailable } from './log-errors.ts';
import type { LogSetting } from './log-setting.ts';
import type { Unsettled } from './open-calls.ts';

export interface Logs {
  /** Runs `work` with the log of `id`, open for as long as it runs. Throws LogUnavailable when it cannot be opened. */
  readonly use: <T>(id: string, work: (log: Log) => Promise<T>) => Promise<T>;
  readonly closeIdle: (olderThan: number) => Promise<void>;
  /** Closes all; nothing is accepted afterwards. */
  readonly close: () => Promise<void>;
  readonly stalled: () => boolean;
  /** Records of all logs that are queued or in flight. */
  readonly waiting: () => number;
  /** Writes of which the server must be asked what became, in the logs that are open. */
  readonly unsettled: () => readonly (Unsettled & { readonly id: string })[];
  /** The heads of the logs that are open, and of those closed since the start as they were left. */
  readonly heads: () => readonly LogHead[];
}

export interface LogHead {
  readonly id: string;
  readonly origin: string;
  readonly head: Head;
}

function headOf(id: string, log: Log): LogHead {
  return { id, origin: log.origin, head: log.head() };
}

interface Slot {
  readonly opened: Promise<Log>;
  log: Log | undefined;
  users: number;
  lastUsed: number;
}

export function createLogs(setting: LogSetting, root: string, instance: string, deployment: string): Logs {
  const slots = new Map<string, Slot>();
  const closing = new Map<string, Promise<void>>();
  const parted = new Map<string, LogHead>();
  let closed = false;

  async function open(id: string): Promise<Log> {
    await closing.get(id);
    const origin = `${deployment}/${id}/${instance}`;
    return openLog(setting, logDirectory(root, id, instance), origin, createUlid());
  }

  function slotOf(id: string): Slot {
    const known = slots.get(id);
    if (known !== undefined) return known;
    const slot: Slot = { opened: open(id), log: undefined, users: 0, lastUsed: Date.now() };
    slots.set(id, slot);
    slot.opened.then(
      (log) => {
        slot.log = log;
        parted.delete(id);
      },
      () => slots.delete(id), // the next call tries again
    );
    return slot;
  }

  async function use<T>(id: string, work: (log: Log) => Promise<T>): Promise<T> {
    if (closed) throw new LogUnavailable('closed', 'the audit log is closed');
    const slot = slotOf(id);
    slot.users += 1;
    try {
      return await work(await slot.opened);
    } finally {
      slot.users -= 1;
      slot.lastUsed = Date.now();
    }
  }

  async function closeSlot(id: string, slot: Slot): Promise<void> {
    slots.delete(id);
    const done = slot.opened.then(async (log) => {
      await log.close();
      parted.set(id, headOf(id, log));
    });
    const settled = done.catch((error: unknown) => setting.report(`the audit log of ${id} could not be closed`, error));
    closing.set(id, settled);
    await settled;
    closing.delete(id);
  }

  async function closeIdle(olderThan: number): Promise<void> {
    const idle = [...slots].filter(
      ([, { log, users, lastUsed }]) => users === 0 && lastUsed < olderThan && log?.openCalls() === 0,
    );
    await Promise.all(idle.map(([id, slot]) => closeSlot(id, slot)));
  }

  return {
    use,
    closeIdle,
    async close() {
      closed = true;
      await Promise.all([...slots].map(([id, slot]) => closeSlot(id, slot)));
      await Promise.all(closing.values());
    },
    heads() {
      const open = [...slots].flatMap(([id, { log }]) => (log === undefined ? [] : [headOf(id, log)]));
      return [...parted.values(), ...open];
    },
    unsettled: () =>
      [...slots].flatMap(([id, { log }]) =>
        log === undefined ? [] : log.unsettled().map((each) => ({ ...each, id })),
      ),
    waiting: () => [...slots.values()].reduce((sum, { log }) => sum + (log?.waiting() ?? 0), 0),
    stalled: () => [...slots.values()].some(({ log }) => log?.stalled() === true),
  };
}
