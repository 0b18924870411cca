/**
 * Shares the event loop out among statements. Reading one is a matter of microseconds, or, for the longest and widest, of
 * many milliseconds that cannot be interrupted; several of those in one turn would keep everyone else waiting for all of them.
 */

import { identityOf, type Principal } from '../model/principal.ts';
import { createFairQueue } from './fair-queue.ts';

/** Milliseconds after which a turn takes nothing more on; with the costliest single step it stays below 20. */
const enough = 3;

/** Steps that have not had their turn. */
const waiting = createFairQueue<() => void>();

/** When the first step of this turn began; undefined while it had none. */
let began: number | undefined;

/** Takes a step for a statement of the principal: at once, within this call, unless this turn of the loop has done enough. */
export async function inTurn<T>(principal: Principal, step: () => T | Promise<T>): Promise<T> {
  if (began === undefined) begin();
  else if (waiting.size() > 0 || performance.now() - began > enough)
    await new Promise<void>((resolve) => waiting.add(identityOf(principal), resolve));
  return step();
}

function begin(): void {
  began = performance.now();
  setImmediate(end); // after whatever else this turn of the loop brings
}

/** The next turn begins with those who wait. */
function end(): void {
  began = undefined;
  if (waiting.size() === 0) return;
  begin();
  resume();
}

/** One of them takes its step, and then, if that was a short one, another. */
function resume(): void {
  waiting.take()?.();
  queueMicrotask(() => {
    if (waiting.size() > 0 && began !== undefined && performance.now() - began <= enough) resume();
  });
}
