/** What a careful forger does after a change. */

import { leafHash } from '../../src/audit/chain.ts';

/** Writes `seq`, `prev` and references to other records anew from the first line on, as a careful forger would. */
export function rechained(lines: readonly string[]): string[] {
  let prev = '0'.repeat(64);
  const moved = new Map(lines.map((line, seq) => [Number(/"seq":(\d+)/.exec(line)?.[1]), seq]));
  return lines.map((line, seq) => {
    const next = line
      .replace(/^\{"prev":"[0-9a-f]{64}","seq":\d+/, `{"prev":"${prev}","seq":${seq}`)
      .replace(/"iseq":(\d+)/, (_, iseq: string) => `"iseq":${moved.get(Number(iseq)) ?? iseq}`);
    prev = leafHash(next);
    return next;
  });
}
