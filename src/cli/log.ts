/** The operational log: JSON lines on stderr, through pino, which is loaded when the first line is written. */

import type { Logger } from 'pino';
import type { LogLevel } from '../config/config.ts';
import type { Terminal } from './deps.ts';
import { createPaint } from './paint.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** Lines keep their order. Nothing here waits for the line to be written except `flush`. */
export interface Log {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
  readonly flush: () => Promise<void>;
}

/** Opens nothing yet. */
export function createLog(level: LogLevel): Log {
  let opened: Promise<Logger> | undefined;
  let written = Promise.resolve();

  function write(kind: 'info' | 'warn' | 'error', message: string, fields: LogFields = {}): void {
    opened ??= import('./pino-log.ts').then(({ openPino }) => openPino(level));
    const logger = opened;
    written = written
      .then(async () => (await logger)[kind](fields, message))
      .catch(() => void process.stderr.write(`${kind}: ${message}\n`)); // a log that cannot be formatted is still a log
  }

  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    flush: () => written,
  };
}

/** The same for a command that ends: somebody who looks at it reads sentences, anything else the lines of a server. */
export function createCommandLog(level: LogLevel, { watched, err }: Terminal): Log {
  if (!watched) return createLog(level);
  const { red, yellow } = createPaint(watched);
  const say =
    (word: string) =>
    (message: string, fields: LogFields = {}) => {
      const cause = String(fields['cause'] ?? '');
      err(`${word}: ${message}${cause === '' ? '' : ` (${cause})`}`);
    };
  const silent = () => undefined;
  return {
    info: silent,
    warn: level === 'error' ? silent : say(yellow('warning')),
    error: say(red('error')),
    flush: async () => undefined,
  };
}
