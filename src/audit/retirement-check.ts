/** Files a log says it retired: whether it may have, and whether what is missing is what was announced. */

import { z } from 'zod';
import type { Report } from './full-check.ts';

export interface RetirementCheck {
  /** The log begins at this record; older files are not here. */
  readonly begin: (first: number) => void;
  /** A file begins: the Merkle root over all lines before it. */
  readonly file: (first: number, root: string) => void;
  /** Takes a `retired` record. */
  readonly see: (record: unknown, seq: number) => void;
  readonly finish: () => void;
}

const announcement = z.object({
  ts: z.string(),
  file: z.string(),
  last: z.number(),
  until: z.string(),
  root: z.string(),
  before: z.number().optional(),
  keep_days: z.number(),
  reason: z.string().optional(),
});

const day = 86_400_000;

/** A file goes after `hot_days` only once its copy is elsewhere. */
const copyKept = (reason = '') => (reason === 'hot_days' ? ', once they were shipped: verify that copy too' : '');

export function createRetirementCheck(report: Report): RetirementCheck {
  let beginning = 0;
  let explained: string | undefined;
  /** `seq` of the first record of each file here → root over what is before it. */
  const roots = new Map<number, string>();

  function see(record: unknown, seq: number): void {
    const seen = announcement.safeParse(record).data;
    if (seen === undefined) return; // a full verification says what is wrong with it
    const { last, root, until, ts, keep_days: keepDays, file, reason } = seen;
    const known = roots.get(last + 1);
    if (last + 1 >= beginning && known !== root)
      report('damage', 'retired_falsely', `${file} ends at record ${last}, and no file begins there over those lines`);
    if (Date.parse(ts) - Date.parse(until) < keepDays * day)
      report('finding', 'retired_early', `${file} was to be kept ${keepDays} days after ${until}`);
    if (last + 1 === beginning)
      explained = `records 0 to ${last} were retired after ${keepDays} days, as record ${seq} says${copyKept(reason)}; verification begins at the frontier the log kept`;
  }

  return {
    begin(first) {
      beginning = first;
    },
    file: (first, root) => void roots.set(first, root),
    see,
    finish() {
      if (beginning === 0) return;
      if (explained !== undefined) report('note', 'retired', explained);
      else
        report(
          'finding',
          'removed',
          `the log begins at record ${beginning}; older files are not here, and it does not say why`,
        );
    },
  };
}
