/** The trail a call leaves on its way down the corridor. */

import type { Trail } from '../audit/audit-log.ts';

/** Keeps what a room handed out, so that a later refusal is recorded with all that was known. */
export function note<Known extends Trail>(trail: Trail, known: Known): Known {
  Object.assign(trail, known);
  return known;
}
