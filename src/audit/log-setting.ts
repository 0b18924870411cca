/** What all logs of a process share. */

import type { Clock } from './clock.ts';
import type { QueueLimits } from './commit-queue.ts';
import type { LogFiles } from './log-files.ts';
import type { Sealer } from './sealer.ts';
import type { Serialize } from './serializer.ts';

export interface LogSetting {
  readonly files: LogFiles;
  readonly clock: Clock;
  /** ULID of this process. */
  readonly writer: string;
  readonly serialize: Serialize;
  readonly queue: QueueLimits;
  /** Bytes after which a new segment is begun; so it is at the first record of a UTC day. */
  readonly rotateBytes: number;
  /** Gives back space kept in reserve; false when there is none left to give. */
  readonly releaseReserve: () => Promise<boolean>;
  /** Absent: heads are not signed. */
  readonly sealer?: Sealer;
  /** The newest anchor, for seals to carry. */
  readonly anchored?: () => { readonly size: number; readonly root: string } | undefined;
  /** Told of a file that is complete: it may be compressed. Never throws. */
  readonly closed?: (path: string, first: number) => void;
  /** For the operational log. */
  readonly report: (message: string, cause?: unknown) => void;
}
