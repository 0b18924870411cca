/** What happened to the log itself, in words: changes of configuration, recoveries, failures of the disk, clock steps, readers. */

import type { LogRecord } from '../records.ts';

/** Undefined for a record of a call, and for what needs no word. */
export function eventText(record: LogRecord): string | undefined {
  const clock = record.clk === 'back' ? 'the clock had gone backwards; ' : '';
  switch (record.type) {
    case 'config':
      return `${clock}${record.what} ${record.name} ${record.refused === undefined ? `now ${record.new_sha256?.slice(0, 12) ?? 'gone'}` : `refused: ${record.refused}`}, by ${record.by}`;
    case 'recover':
      return `${clock}after ${record.why}: ${record.orphans.length} calls without an outcome, ${record.torn_bytes} bytes set aside`;
    case 'retired':
      return `${clock}${record.file} announced for removal: records ${record.first} to ${record.last}, after ${record.keep_days} days (${record.reason})`;
    case 'degraded':
      return `${clock}${record.why}`;
    case 'resumed':
      return `${clock}${record.refused_total} calls refused from ${record.from} to ${record.to}`;
    case 'access':
      return `${clock}${record.who}: ${record.verb}`;
    default:
      return clock === '' ? undefined : clock;
  }
}
