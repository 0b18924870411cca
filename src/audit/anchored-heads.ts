/** Reads what the anchor logs of a directory say of the other logs. */

import { z } from 'zod';
import { anchorLog, listSegments, logDirectory } from './layout.ts';
import { eachLine, unreadable } from './lines.ts';
import type { Checkpoint } from './note.ts';

const anchorRecord = z.object({
  heads: z.array(z.object({ origin: z.string(), size: z.number(), root: z.string() })),
});

/** Every head that can be read in the anchor log of one instance; what is wrong with its lines and files is the verifier's business. */
export async function readAnchoredHeads(root: string, instance: string): Promise<readonly Checkpoint[]> {
  const heads: Checkpoint[] = [];
  for (const segment of await listSegments(logDirectory(root, anchorLog, instance))) {
    await eachLine(segment.path, (bytes, start, end) => {
      const line = bytes.toString('utf8', start, end);
      if (line.includes('"type":"anchor"')) heads.push(...(parse(line)?.heads ?? []));
      return true;
    }).catch((error: unknown) => {
      if (unreadable(error) === undefined) throw error;
    });
  }
  return heads;
}

function parse(line: string): z.infer<typeof anchorRecord> | undefined {
  try {
    return anchorRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
