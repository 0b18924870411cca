/** Which outcomes a later record corrects: looked up before calls are read, so that only those few wait for their correction. */

import { listLogs, listSegments, logDirectory } from './layout.ts';
import { eachLine, unreadable } from './lines.ts';

/** Of one log, as it was at this moment. */
export interface Amendments {
  /** `seq` of the outcomes that a later record corrects. */
  readonly amended: ReadonlySet<number>;
  /** Records there were: what came later may correct what is not in the set. */
  readonly size: number;
}

const mark = Buffer.from(',"amends":'); // within a text its quotes would be escaped
/** What stands before `seq` in every line. */
const prevLength = '{"prev":"","seq":'.length + 64;

/** Keyed by `database/instance`; of the databases in `only`, or all. Nothing is verified: the reading that follows does that. */
export async function findAmendments(
  root: string,
  only: readonly string[] = [],
): Promise<ReadonlyMap<string, Amendments>> {
  const found = new Map<string, Amendments>();
  for (const { id, instance } of await listLogs(root)) {
    if (only.length > 0 && !only.includes(id)) continue;
    found.set(`${id}/${instance}`, await amendmentsOf(logDirectory(root, id, instance)));
  }
  return found;
}

async function amendmentsOf(directory: string): Promise<Amendments> {
  const amended = new Set<number>();
  let size = 0;
  for (const { path } of await listSegments(directory))
    await eachLine(path, (bytes, start, end) => {
      const seq = Number.parseInt(bytes.toString('latin1', start + prevLength, start + prevLength + 16), 10);
      if (seq >= size) size = seq + 1; // a line that says less was put there, and must not hide those before it
      const at = bytes.subarray(start, end).indexOf(mark);
      if (at === -1) return true;
      const from = start + at + mark.length;
      amended.add(Number.parseInt(bytes.toString('latin1', from, from + 16), 10));
      return true;
    }).catch((error: unknown) => {
      if (unreadable(error) === undefined) throw error;
    });
  return { amended, size };
}
