/** How far the heap may grow between two full collections. */

import { setFlagsFromString } from 'node:v8';

/** Percent of what is in use. */
const growth = 50;
/** From so many databases on what is kept of them is large; with fewer the processor's time is worth more. */
const many = 200;

/**
 * V8 lets a heap grow to several times what is in use before it looks for what is not, and the process keeps what it once
 * had. Calls that wait live long enough to end up among the long-lived; so for a server of a fleet that is most of its
 * memory. Collected at half as much again it stays half as large, for a tenth of the processor's time a call. For this
 * process and every thread it starts later.
 */
export function holdHeap(databases: number): void {
  if (databases >= many) setFlagsFromString(`--heap-growing-percent=${growth}`);
}
