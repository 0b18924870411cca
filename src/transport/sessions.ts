/** Sessions of 2025 clients, and streams that stay open: bounded in number, bound to the principal that opened them, forgotten when idle. */

import { identityOf, type Principal } from '../model/principal.ts';
import { HttpProblem } from './problem.ts';

export interface SessionLimits {
  readonly perPrincipal: number;
  readonly total: number;
  /** Milliseconds without a request or an open stream after which a session is closed. */
  readonly idle: number;
}

export const defaultSessionLimits: SessionLimits = { perPrincipal: 100, total: 5000, idle: 30 * 60_000 };

export interface Session<Handle> {
  readonly id: string;
  readonly handle: Handle;
}

interface Entry<Handle> extends Session<Handle> {
  readonly owner: string;
  readonly principalId: string;
  readonly close: () => Promise<void>;
  /** Requests and streams open now. */
  open: number;
  /** When the last one ended, in milliseconds of the given clock. */
  since: number;
}

export interface Sessions<Handle> {
  /** Makes room for one more session of this principal, or throws HttpProblem 503. The place is taken until `cancel` or `add`. */
  readonly reserve: (principal: Principal) => Reservation<Handle>;
  /** The session of that id, if this principal opened it; undefined tells nothing more. */
  readonly find: (id: string, principal: Principal) => Session<Handle> | undefined;
  /** A session in use is not idle: counts until the returned function is called. */
  readonly use: (id: string) => () => void;
  /** Forgets a session that has ended by itself. */
  readonly remove: (id: string) => void;
  readonly size: () => number;
  readonly handles: () => readonly Handle[];
  /** Ends the sessions of principals that are no longer known, and what runs in them. */
  readonly retain: (isKnown: (principalId: string) => boolean) => void;
  readonly closeAll: () => Promise<void>;
}

export interface Reservation<Handle> {
  readonly add: (id: string, handle: Handle, close: () => Promise<void>) => void;
  readonly cancel: () => void;
}

export function createSessions<Handle>(limits: SessionLimits, now: () => number = Date.now): Sessions<Handle> {
  const entries = new Map<string, Entry<Handle>>();
  const places = new Map<string, number>();
  let taken = 0;
  const sweeper = setInterval(sweep, Math.max(10, Math.min(60_000, limits.idle / 4)));
  sweeper.unref();

  function sweep(): void {
    for (const entry of entries.values()) {
      if (entry.open === 0 && now() - entry.since >= limits.idle) end(entry);
    }
  }

  function end(entry: Entry<Handle>): void {
    remove(entry.id);
    void entry.close();
  }

  function remove(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    entries.delete(id);
    leave(entry.owner);
  }

  function leave(owner: string): void {
    taken -= 1;
    const left = (places.get(owner) ?? 1) - 1;
    if (left === 0) places.delete(owner);
    else places.set(owner, left);
  }

  function reserve(principal: Principal): Reservation<Handle> {
    const owner = identityOf(principal);
    const own = places.get(owner) ?? 0;
    if (own >= limits.perPrincipal || taken >= limits.total) {
      throw new HttpProblem(503, 'Too many sessions or subscriptions are open.', -32000, { 'Retry-After': '30' });
    }
    taken += 1;
    places.set(owner, own + 1);
    let settled = false;
    return {
      add(id, handle, close) {
        settled = true;
        entries.set(id, { id, handle, close, owner, principalId: principal.id, open: 0, since: now() });
      },
      cancel() {
        if (!settled) leave(owner);
        settled = true;
      },
    };
  }

  return {
    reserve,
    remove,
    find(id, principal) {
      const entry = entries.get(id);
      return entry?.owner === identityOf(principal) ? entry : undefined;
    },
    use(id) {
      const entry = entries.get(id);
      if (entry === undefined) return () => {};
      entry.open += 1;
      return () => {
        entry.open -= 1;
        entry.since = now();
      };
    },
    size: () => entries.size,
    handles: () => [...entries.values()].map((entry) => entry.handle),
    retain(isKnown) {
      for (const entry of [...entries.values()]) if (!isKnown(entry.principalId)) end(entry);
    },
    async closeAll() {
      clearInterval(sweeper);
      const closing = [...entries.values()].map((entry) => entry.close());
      entries.clear();
      places.clear();
      taken = 0;
      await Promise.allSettled(closing);
    },
  };
}
