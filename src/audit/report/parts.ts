/** What all sections of the report are made of: tables, counts with bars, places of records. */

import { html, type Markup } from './html.ts';
import type { Place } from './place.ts';

/** Rows of a table; what is left out is said. */
export const maxRows = 50;

/** A column's heading, and the class of its cells. */
export type Column = readonly [heading: string, kind?: 'n' | 'wide'];

export function table(columns: readonly Column[], rows: readonly Markup[], more = 0): Markup {
  if (rows.length === 0) return html`<p class="none">None.</p>`;
  const left = more > 0 ? html`<p class="more">${counted(more, 'more is', 'more are')} in the log.</p>` : '';
  const heads = columns.map(([heading, kind]) =>
    kind === 'n' ? html`<th scope="col" class="n">${heading}</th>` : html`<th scope="col">${heading}</th>`,
  );
  return html`<div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>${left}`;
}

/** Names with how often each was seen, the most frequent first, and a bar for each. */
export function ranking(heading: string, counts: ReadonlyMap<string, number>): Markup {
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, maxRows);
  const most = sorted[0]?.[1] ?? 1;
  const rows = sorted.map(
    ([name, count]) =>
      html`<tr><td class="name">${name}</td><td class="n">${count}</td><td class="bar">${bar(count / most)}</td></tr>`,
  );
  return table([[heading], ['Calls', 'n'], ['']], rows, counts.size - sorted.length);
}

function bar(part: number): Markup {
  return html`<svg class="bar" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none"><rect class="denied" width="${Math.max(1, part * 100).toFixed(1)}" height="4"/></svg>`;
}

/** `anchor` leads to what this page itself says of the record. */
export function placeCells({ log, seq, ts }: Place, anchor?: string): Markup {
  const name = html`<code>${log}#${String(seq)}</code>`;
  return html`<td class="id">${anchor === undefined ? name : html`<a href="#${anchor}">${name}</a>`}</td><td class="t">${shortTime(ts)}</td>`;
}

/** To the second; the heading says that it is UTC. */
export function shortTime(ts: string): string {
  return ts.slice(0, 19).replace('T', ' ');
}

/** `1 call`, `2,000 calls`. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
