/** Holds the ratios of a run against the stored ones. It prints; nothing fails, for a busy machine proves nothing. */

import { type Figures, ratiosOf } from './figures.ts';
import { heading, table } from './report.ts';

/** Less than this is noise. */
const noticeable = 0.1;

export function compareWith(baseline: Figures, now: Figures): void {
  const before = ratiosOf(baseline);
  const rows = [...ratiosOf(now)].map(([name, { value, better }]) => {
    const old = before.get(name)?.value;
    if (old === undefined) return [name, '-', value, '-', 'new'];
    const change = value / old - 1;
    const gain = better === 'more' ? change : -change;
    const verdict = Math.abs(change) < noticeable ? 'same' : gain > 0 ? 'better' : 'WORSE';
    return [name, old, value, `${(100 * change).toFixed(0)} %`, verdict];
  });
  heading(`ratios against those of ${baseline.date}`);
  table([['', 'then', 'now', 'change', ''], ...rows]);
}
