/** Who reached what: relations down, principals across, each cell as deep as it was used. */

import { html, type Markup } from './html.ts';
import type { Pair } from './pairs.ts';

/** The busiest are shown. */
const principalsShown = 16;
const relationsShown = 40;
const depths = 8;

export function heatMap(pairs: readonly Pair[]): Markup {
  if (pairs.length === 0) return html`<p class="none">No relation was reached.</p>`;
  const principals = top(pairs, ({ principal }) => principal, principalsShown);
  const relations = top(pairs, ({ table }) => table, relationsShown);
  const cells = new Map(pairs.map((pair) => [keyOf(pair.principal, pair.table), pair]));
  const most = pairs.reduce((largest, { reads, writes }) => Math.max(largest, reads + writes), 1);
  const heads = principals.map((principal) => html`<th scope="col"><span>${principal}</span></th>`);
  const rows = relations.map(
    (relation) =>
      html`<tr>${rowHead(relation)}${principals.map((principal) => cell(cells.get(keyOf(principal, relation)), most))}</tr>`,
  );
  const shown = new Set(principals);
  const rowsShown = new Set(relations);
  const hidden = pairs.some(({ principal, table }) => !shown.has(principal) || !rowsShown.has(table));
  const more = html`<p class="more">The busiest are shown; <code>pgwarden audit query --table NAME</code> shows any.</p>`;
  return html`<div class="wide"><table class="map"><thead><tr><td></td>${heads}</tr></thead><tbody>${rows}</tbody></table></div>${hidden ? more : ''}`;
}

function keyOf(principal: string, relation: string): string {
  return `${principal}\n${relation}`;
}

function rowHead(relation: string): Markup {
  const colon = relation.indexOf(': ');
  return html`<th scope="row"><span class="db">${relation.slice(0, colon)}</span> ${relation.slice(colon + 2)}</th>`;
}

function cell(pair: Pair | undefined, most: number): Markup {
  if (pair === undefined) return html`<td class="no"></td>`;
  const depth = Math.max(1, Math.ceil(Math.sqrt((pair.reads + pair.writes) / most) * depths));
  const title = `${pair.principal}, ${pair.table}: first at ${pair.first.log}#${pair.first.seq}`;
  const writes = pair.writes === 0 ? '' : html`<small>${pair.writes} w</small>`;
  return html`<td class="heat h${String(depth)}${pair.isNew ? ' new' : ''}" title="${title}">${pair.reads}${writes}</td>`;
}

function top(pairs: readonly Pair[], key: (pair: Pair) => string, count: number): readonly string[] {
  const sums = new Map<string, number>();
  for (const pair of pairs) sums.set(key(pair), (sums.get(key(pair)) ?? 0) + pair.reads + pair.writes);
  return [...sums]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, count)
    .map(([name]) => name);
}
