/** Why a record could not be made durable; inside the room only, callers are told AUDIT_UNAVAILABLE. */

export type LogFault =
  /** The record stands in no file: the space ran out and the file was cut back. */
  | 'no_space'
  /** A write failed and the file was cut back to its last durable line. */
  | 'write_failed'
  /** A flush failed: nothing since the last one may be believed. */
  | 'poisoned'
  /** The disk did not answer within the deadline. */
  | 'stalled'
  | 'queue_full'
  | 'line_too_long'
  | 'closed'
  /** The copy elsewhere is further behind than `audit.require_shipped_within` allows. */
  | 'not_shipped'
  /** The log of this database is damaged or cannot be opened. */
  | 'unusable';

export class LogUnavailable extends Error {
  constructor(
    readonly fault: LogFault,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LogUnavailable';
  }
}

/** Whether the system said that the space, or the quota, is used up. */
export function isOutOfSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** Whether the system said that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
