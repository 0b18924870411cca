/** How far the heap may grow between two full collections. */

import { setFlagsFromString } from 'node:v8';

/**
 * V8 lets a heap of this size grow to several times what is in use before it looks for what is not, and the process keeps
 * what it once had. Calls that wait live long enough to end up among the long-lived; so for a server with many callers
 * that is most of its memory. Collected at half as much again it works a little more, and stays half as large.
 */
export const heapGrowth = 50;

/** For this process and every thread it starts later. */
export function holdHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
}
