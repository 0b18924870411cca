/** pino turns a record into its line; the bytes come back to us, because only the log knows when they are durable. */

import { pino } from 'pino';

/** Turns a record into `"type":"…",…`: the content of a line without braces. Synchronous; throws when there is nothing to write. */
export type Serialize = (record: { readonly type: string }) => string;

const opening = '{"v":1,';

/**
 * No child loggers, no `msg`, no timestamp of pino's own, a real key from `formatters.level`: each of these has been
 * seen to write a duplicate key or invalid JSON. Records are built from plain strings, integers, arrays and objects
 * alone (record bodies in `records/`), so pino never has anything to degrade.
 */
export function createSerializer(): Serialize {
  const destination = { written: '', write: (line: string) => (destination.written = line) };
  const logger = pino(
    {
      base: null,
      level: 'info',
      messageKey: 'pino_message',
      errorKey: 'pino_error',
      timestamp: false,
      formatters: { level: () => ({ v: 1 }) },
    },
    destination,
  );
  return (record) => {
    destination.written = '';
    logger.info(record);
    const line = destination.written;
    if (!lineIsOurs(line)) throw new Error('the serialiser did not write the record');
    return line.slice(opening.length, -2);
  };
}

function lineIsOurs(line: string): boolean {
  return line.startsWith(`${opening}"type":"`) && line.endsWith('}\n');
}
