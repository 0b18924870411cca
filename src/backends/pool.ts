/** A bounded pool of sessions of one database: opened when needed, waited for up to a deadline, closed when idle. */

import { Failure } from '../model/errors.ts';
import type { ConnectionBudget } from './connection-budget.ts';

/** What a pool holds. */
export interface Pooled {
  readonly usable: () => boolean;
  readonly destroy: () => void;
  readonly onEnd: (ended: () => void) => void;
  /** Called once when the other side has let go of it too, where that is later: until then it takes its place of the budget. */
  readonly onGone?: (gone: () => void) => void;
}

export interface PoolOptions<T extends Pooled> {
  readonly max: number;
  /** Milliseconds a call may wait for a session. */
  readonly queueTimeout: number;
  /** Milliseconds after which an unused session is closed. */
  readonly idleTimeout: number;
  readonly open: (signal: AbortSignal) => Promise<T>;
  /**
   * Finds out whether the other side is there, holding nothing of the budget. Asked before the first session and after
   * one could not be opened. Rejects with what the callers are told.
   */
  readonly knock?: (signal: AbortSignal) => Promise<void>;
  /** What all pools may hold together; without one only `max` counts. */
  readonly budget?: ConnectionBudget | undefined;
}

export interface PoolStats {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface Pool<T extends Pooled> {
  /**
   * A session for one caller. Rejects with LIMIT_EXCEEDED when none is free in time, BACKEND_CANCELLED when `signal`
   * fires while waiting, or with what `open` says.
   */
  readonly acquire: (signal: AbortSignal) => Promise<T>;
  /** Gives it back; one that is not usable, or comes back after `close`, is closed. */
  readonly release: (session: T) => void;
  readonly stats: () => PoolStats;
  /** Serves those who use or wait for a session, keeps none idle, and resolves when the last one is closed. Nobody may come after it. */
  readonly drain: () => Promise<void>;
  /** Refuses new callers and closes every session, those in use too. */
  readonly close: () => void;
}

/** A caller in the queue: it is given a free session, or leave to open one (its place is already counted). */
interface Waiter<T> {
  readonly grant: (session: T | undefined) => void;
  readonly fail: (error: Failure) => void;
}

const cancelled = () => new Failure('BACKEND_CANCELLED', 'The call was cancelled while it waited for a connection.');
const closed = () => new Failure('BACKEND_UNAVAILABLE', 'The database is being taken out of service.');

export function createPool<T extends Pooled>(options: PoolOptions<T>): Pool<T> {
  const idle = new Map<T, NodeJS.Timeout>();
  const active = new Set<T>();
  /** Every session that takes a place of the budget, until it has ended. */
  const held = new Set<T>();
  const queue = new Set<Waiter<T>>();
  const closing = new AbortController();
  let opening = 0;
  /** Whether the last attempt to open a session brought one. */
  let proven = false;
  /** Whether somebody answered since the last attempt that failed. */
  let there = options.knock === undefined;
  let knocking = false;
  let drained: (() => void) | undefined;

  /** The session used last: the others get the chance to grow idle enough to be closed. */
  const takeIdle = (): T | undefined => {
    const session = [...idle.keys()].findLast((candidate) => candidate.usable());
    if (session === undefined) return undefined;
    clearTimeout(idle.get(session));
    idle.delete(session);
    active.add(session);
    return session;
  };

  /** A database nobody has reached yet is tried by one at a time: one that refuses holds one place of the budget, not all of its own. */
  const mayOpen = () =>
    active.size + opening < options.max && (proven || opening === 0) && (share === undefined || share.take());

  /** Serves the queue in order, as far as there are sessions or places for new ones. */
  const pump = () => {
    for (const waiter of [...queue]) {
      if (!queue.has(waiter)) continue;
      const session = takeIdle();
      if (session === undefined && !there) return find();
      if (session === undefined && !mayOpen()) return;
      if (session === undefined) opening += 1;
      waiter.grant(session);
    }
    settle();
  };

  /** Whoever waits goes on, or learns why not, when the other side has answered. */
  const find = () => {
    if (knocking || options.knock === undefined) return;
    knocking = true;
    const answered = () => {
      there = true;
    };
    const silent = (thrown: unknown) => giveUp(thrown instanceof Failure ? thrown : closed());
    const done = () => {
      knocking = false;
      pump();
    };
    void options.knock(closing.signal).then(answered, silent).then(done);
  };

  const closeIdle = (): boolean => {
    const [oldest] = idle.keys();
    oldest?.destroy();
    return oldest !== undefined;
  };
  const share = options.budget?.join({ closeIdle, pump });

  /** Gives up the pool's part of the budget when it has ended and nothing is left, and tells who drains it. */
  const settle = () => {
    const ending = drained !== undefined || closing.signal.aborted;
    if (!ending || held.size + opening + queue.size > 0 || knocking) return;
    share?.leave();
    drained?.();
  };

  const forget = (session: T) => {
    clearTimeout(idle.get(session));
    idle.delete(session);
    active.delete(session);
    pump();
  };

  const letGo = (session: T) => {
    if (held.delete(session)) share?.give();
    settle();
  };

  const admitSession = (session: T): T => {
    if (closing.signal.aborted || !session.usable()) {
      session.destroy();
      throw closed();
    }
    proven = true;
    active.add(session);
    held.add(session);
    session.onEnd(() => forget(session));
    (session.onGone ?? session.onEnd)(() => letGo(session));
    return session;
  };

  const open = async (signal: AbortSignal): Promise<T> => {
    let session: T | undefined;
    try {
      session = admitSession(await options.open(AbortSignal.any([signal, closing.signal])));
      return session;
    } catch (thrown) {
      if (!signal.aborted && thrown instanceof Failure && active.size === 0) giveUp(thrown);
      throw thrown;
    } finally {
      opening -= 1;
      if (session === undefined) share?.give();
      pump();
    }
  };

  /** Those who wait for a database that cannot be reached learn it now, instead of trying one after the other. */
  const giveUp = (failure: Failure) => {
    proven = false;
    there = options.knock === undefined;
    for (const waiter of [...queue]) waiter.fail(failure);
  };

  const wait = (signal: AbortSignal) =>
    new Promise<T | undefined>((resolve, reject) => {
      const leave = () => {
        clearTimeout(deadline);
        signal.removeEventListener('abort', onAbort);
        queue.delete(waiter);
      };
      const waiter: Waiter<T> = {
        grant: (session) => {
          leave();
          resolve(session);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = () => waiter.fail(cancelled());
      // whoever waits for an answer of the other side waits for no other caller: the knock has a deadline of its own
      const late = () => {
        if (knocking) deadline = setTimeout(late, options.queueTimeout);
        else waiter.fail(queueFull(options.queueTimeout, active.size + opening >= options.max));
      };
      let deadline = setTimeout(late, options.queueTimeout);
      signal.addEventListener('abort', onAbort, { once: true });
      queue.add(waiter);
      pump();
    });

  const acquire = async (signal: AbortSignal): Promise<T> => {
    if (closing.signal.aborted) throw closed();
    if (signal.aborted) throw cancelled();
    const free = queue.size === 0 ? takeIdle() : undefined;
    return free ?? (await wait(signal)) ?? open(signal);
  };

  const release = (session: T) => {
    if (!active.delete(session)) return;
    const wanted = session.usable() && !closing.signal.aborted && (drained === undefined || queue.size > 0);
    if (wanted) idle.set(session, setTimeout(() => session.destroy(), options.idleTimeout).unref());
    else session.destroy();
    pump();
    if (wanted && queue.size === 0 && idle.has(session)) share?.offer();
  };

  const drain = () =>
    new Promise<void>((resolve) => {
      drained = resolve;
      for (const session of [...idle.keys()]) session.destroy();
      settle();
    });

  const close = () => {
    closing.abort();
    for (const waiter of [...queue]) waiter.fail(closed());
    for (const session of [...idle.keys(), ...active]) session.destroy();
    settle();
  };

  const stats = () => ({ active: active.size + opening, idle: idle.size, waiting: queue.size });
  return { acquire, release, stats, drain, close };
}

/** `own`: the database's own connections were the ones in use, else those of the whole broker. */
function queueFull(waited: number, own: boolean): Failure {
  const message = own
    ? `Every connection of the database was busy for ${waited} ms.`
    : `Every connection this broker may hold was busy for ${waited} ms.`;
  return new Failure('LIMIT_EXCEEDED', message, {
    hint: `Try again in ${Math.max(1, Math.ceil(waited / 1000))} s.`,
    safeToRetry: true,
  });
}
