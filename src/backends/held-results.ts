/** Results that wait for the next page to be asked for: few, bound to one caller's question, and not for long. */

import type { AuthorizedContents } from '../audit/audit-log.ts';
import { identityOf, type Principal } from '../model/principal.ts';
import type { Channel } from './exchange/channel.ts';
import { canHold, HeldRows } from './exchange/held-rows.ts';
import { cleanSession, type RunParts, rollBack } from './exchange/run-query.ts';
import type { Call } from './exchange/verdict.ts';
import { noSuchPage } from './no-such-page.ts';

/** How much may be held by the process, by one principal and of one database, and for how long (milliseconds). */
export const heldLimits = {
  total: 20,
  perPrincipal: 2,
  perDatabase: 2,
  /** Since the last page. */
  idle: 30_000,
  /** Since the first: its snapshot holds VACUUM back. */
  age: 300_000,
} as const;
export type HeldLimits = { readonly [Name in keyof typeof heldLimits]: number };

/** Places of the whole process: held sessions must not be those that all databases live on. */
export interface HeldPlaces {
  readonly limits: HeldLimits;
  /** False where there is none left for this principal. */
  readonly take: (principal: Principal) => boolean;
  readonly give: (principal: Principal) => void;
}

export function createHeldPlaces(limits: HeldLimits = heldLimits): HeldPlaces {
  const taken = new Map<string, number>();
  let total = 0;
  return {
    limits,
    take(principal) {
      const own = taken.get(identityOf(principal)) ?? 0;
      if (total >= limits.total || own >= limits.perPrincipal) return false;
      taken.set(identityOf(principal), own + 1);
      total += 1;
      return true;
    },
    give(principal) {
      const left = (taken.get(identityOf(principal)) ?? 1) - 1;
      if (left === 0) taken.delete(identityOf(principal));
      else taken.set(identityOf(principal), left);
      total -= 1;
    },
  };
}

interface Held {
  /** The call that asked for the first page. */
  readonly call: Call;
  readonly channel: Channel;
  readonly rows: HeldRows;
  /** Whose connection the last page went to, where that can be told: the next may be asked for by another. */
  gone: AbortSignal | undefined;
  readonly onGone: () => void;
  /** The page given out last. */
  page: number;
  busy: boolean;
  timer: NodeJS.Timeout | undefined;
  readonly until: number;
}

type Run = Awaited<ReturnType<HeldRows['take']>>;

export interface HeldResults {
  /** Whether the call asks for pages and may have them: a place is taken then, and `first` must follow. */
  readonly admits: (call: Call) => boolean;
  /** The first page. The session is taken over, and given back when the result has ended. */
  readonly first: (channel: Channel, call: Call, signal: AbortSignal) => Promise<Run>;
  /** A later page, over the session that holds it. Throws REQUEST_INVALID where there is none for just this question. */
  readonly next: (call: Call, signal: AbortSignal) => Promise<{ readonly run: Run; readonly channel: Channel }>;
  /** Results that are held now. */
  readonly size: () => number;
  /** Ends every result; pages that are being fetched are the last. */
  readonly close: () => void;
}

/** `most`: sessions that may be held of this database; `release` gets each back, clean. */
export function createHeldResults(
  places: HeldPlaces,
  most: number,
  parts: RunParts,
  release: (channel: Channel) => void,
): HeldResults {
  const held = new Map<string, Held>();
  /** What each session holds now: it is asked once to tell when it ends. */
  const holding = new WeakMap<Channel, { entry: Held | undefined }>();
  let [opening, closed] = [0, false];

  async function giveBack(channel: Channel, call: Call): Promise<void> {
    places.give(call.query.request.call.principal);
    await rollBack(channel);
    await cleanSession(channel, call);
    release(channel);
  }

  function end(entry: Held): void {
    const { of = '' } = entry.call.query.request.page ?? {};
    if (held.get(of) !== entry) return;
    held.delete(of);
    entry.gone?.removeEventListener('abort', entry.onGone);
    const place = holding.get(entry.channel);
    if (place !== undefined) place.entry = undefined;
    clearTimeout(entry.timer);
    void giveBack(entry.channel, entry.call);
  }

  function keep(entry: Held): void {
    held.set(entry.call.query.request.page?.of ?? '', entry);
    const known = holding.get(entry.channel);
    if (known !== undefined) {
      known.entry = entry;
      return;
    }
    const now: { entry: Held | undefined } = { entry };
    holding.set(entry.channel, now);
    entry.channel.onEnd(() => now.entry !== undefined && end(now.entry));
  }

  /** Until the next page is asked for, or it is too late. */
  function wait(entry: Held): void {
    entry.busy = false;
    const { idle } = places.limits;
    const { statementTimeout } = entry.call.query.decision.obligations.limits;
    // the server itself ends the transaction ten seconds after the time a statement may take (pin.ts)
    const patience = Math.min(idle, statementTimeout + 5_000, entry.until - performance.now());
    if (closed || patience <= 0 || entry.gone?.aborted === true) end(entry);
    else {
      entry.timer = setTimeout(end, patience, entry).unref();
      entry.gone?.addEventListener('abort', entry.onGone);
    }
  }

  async function takePage(entry: Held, call: Call, signal: AbortSignal): Promise<Run> {
    clearTimeout(entry.timer);
    entry.gone?.removeEventListener('abort', entry.onGone);
    entry.gone = call.query.request.call.gone;
    entry.busy = true;
    try {
      const run = await entry.rows.take(call, signal, parts);
      if (run.more === true && !closed) wait(entry);
      else end(entry);
      return run;
    } catch (thrown) {
      end(entry);
      throw thrown;
    }
  }

  return {
    admits(call) {
      const { page, call: caller } = call.query.request;
      if (page?.number !== 1 || closed || !canHold(call) || held.size + opening >= most) return false;
      if (!places.take(caller.principal)) return false;
      opening += 1;
      return true;
    },
    async first(channel, call, signal) {
      let rows: HeldRows;
      try {
        rows = await HeldRows.open(channel, call, signal, parts);
      } catch (thrown) {
        void giveBack(channel, call);
        throw thrown;
      } finally {
        opening -= 1;
      }
      const until = performance.now() + places.limits.age;
      const onGone = () => end(entry);
      const entry: Held = {
        call,
        channel,
        rows,
        page: 1,
        busy: true,
        timer: undefined,
        until,
        gone: undefined,
        onGone,
      };
      keep(entry);
      return takePage(entry, call, signal);
    },
    async next(call, signal) {
      const { of = '', number = 0 } = call.query.request.page ?? {};
      const entry = held.get(of);
      if (entry === undefined || entry.busy || entry.page + 1 !== number) throw noSuchPage();
      if (!hasSameTerms(entry.call.query, call.query)) {
        end(entry);
        throw noSuchPage();
      }
      entry.page = number;
      return { run: await takePage(entry, call, signal), channel: entry.channel };
    },
    size: () => held.size,
    close() {
      closed = true;
      for (const entry of [...held.values()]) if (!entry.busy) end(entry);
    },
  };
}

/** The question is decided anew for each page; what the rows were read by must not have changed meanwhile. */
function hasSameTerms(first: AuthorizedContents, now: AuthorizedContents): boolean {
  const { policy } = first.decision;
  const { policy: present } = now.decision;
  const isSamePolicy = policy.sha256 === present.sha256 && policy.model === present.model;
  return isSamePolicy && first.access.catalogVersion === now.access.catalogVersion && first.database === now.database;
}
