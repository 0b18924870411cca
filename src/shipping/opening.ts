/** What the first line of a file says of the log: whose it is, and what it continues. */

import type { Segment } from '../audit/layout.ts';
import { eachLine } from '../audit/lines.ts';

export interface Opening {
  readonly origin: string;
  /** Leaf hash of the line before; zeros in the first file. */
  readonly prev: string;
}

/** Undefined while the line is not whole. */
export async function readOpening({ path }: Segment): Promise<Opening | undefined> {
  let found: Opening | undefined;
  await eachLine(path, (bytes, start, end) => {
    const line = bytes.toString('utf8', start, end);
    const prev = /^\{"prev":"([0-9a-f]{64})"/.exec(line)?.[1];
    const origin = /"type":"(?:genesis|segment)","origin":"([^"\\]+)"/.exec(line)?.[1];
    if (prev !== undefined && origin !== undefined) found = { origin, prev };
    return false;
  });
  return found;
}
