/** A disk made of nothing: the audit log's file operations without a disk, to measure what is left. */

import type { LogFiles } from '../../src/audit/log-files.ts';
import { diskFiles } from '../../src/audit/log-files.ts';

/** Files are really made, so that the layout holds, but what is appended goes nowhere and no flush is asked for. */
export function memoryFiles(): LogFiles {
  return {
    ...diskFiles,
    write: async (_, bytes) => bytes.length,
    datasync: async () => undefined,
    sync: async () => undefined,
    holds: () => true,
  };
}
