/** The one place the operational log opens pino; imported when the first line is written. */

import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config/config.ts';

/** JSON lines on stderr, written before the call returns. */
export function openPino(level: LogLevel): Logger {
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}
