/** A bounded pool of sessions of one database: opened when needed, waited for up to a deadline, closed when idle. */

import { Failure } from '../model/errors.ts';

/** What a pool holds. */
export interface Pooled {
  readonly usable: boolean;
  readonly destroy: () => void;
  readonly onEnd: (ended: () => void) => void;
}

export interface PoolOptions<T extends Pooled> {
  readonly max: number;
  /** Milliseconds a call may wait for a session. */
  readonly queueTimeout: number;
  /** Milliseconds after which an unused session is closed. */
  readonly idleTimeout: number;
  readonly open: (signal: AbortSignal) => Promise<T>;
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
  const queue = new Set<Waiter<T>>();
  const closing = new AbortController();
  let opening = 0;

  /** The session used last: the others get the chance to grow idle enough to be closed. */
  const takeIdle = (): T | undefined => {
    const session = [...idle.keys()].findLast((candidate) => candidate.usable);
    if (session === undefined) return undefined;
    clearTimeout(idle.get(session));
    idle.delete(session);
    active.add(session);
    return session;
  };

  /** Serves the queue in order, as far as there are sessions or places for new ones. */
  const pump = () => {
    for (const waiter of [...queue]) {
      const session = takeIdle();
      if (session === undefined && active.size + opening >= options.max) return;
      if (session === undefined) opening += 1;
      waiter.grant(session);
    }
  };

  const forget = (session: T) => {
    clearTimeout(idle.get(session));
    idle.delete(session);
    active.delete(session);
    pump();
  };

  const open = async (signal: AbortSignal): Promise<T> => {
    try {
      const session = await options.open(AbortSignal.any([signal, closing.signal]));
      if (closing.signal.aborted || !session.usable) {
        session.destroy();
        throw closed();
      }
      active.add(session);
      session.onEnd(() => forget(session));
      return session;
    } finally {
      opening -= 1;
      pump();
    }
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
      const deadline = setTimeout(() => waiter.fail(queueFull(options.queueTimeout)), options.queueTimeout);
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
    if (!session.usable || closing.signal.aborted) session.destroy();
    else idle.set(session, setTimeout(() => session.destroy(), options.idleTimeout).unref());
    pump();
  };

  const close = () => {
    closing.abort();
    for (const waiter of [...queue]) waiter.fail(closed());
    for (const session of [...idle.keys(), ...active]) session.destroy();
  };

  const stats = () => ({ active: active.size + opening, idle: idle.size, waiting: queue.size });
  return { acquire, release, stats, close };
}

function queueFull(waited: number): Failure {
  return new Failure('LIMIT_EXCEEDED', `Every connection of the database was busy for ${waited} ms.`, {
    hint: `Try again in ${Math.max(1, Math.ceil(waited / 1000))} s.`,
    safeToRetry: true,
  });
}
