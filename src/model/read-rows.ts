/** Reads the rows of an answer without keeping others from their turn. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json, Rows } from './result.ts';

/** Milliseconds of reading before other calls go on. */
const turn = 5;

export async function readRows(rows: Rows): Promise<readonly (readonly Json[])[]> {
  const all: (readonly Json[])[] = [];
  let began = performance.now();
  for (const row of rows) {
    all.push(row);
    if (performance.now() - began < turn) continue;
    await nextTurn();
    began = performance.now();
  }
  return all;
}

/** The first cell of the first row, where there is one. */
export function firstCell(rows: Rows): Json | undefined {
  for (const [cell] of rows) return cell;
  return undefined;
}
