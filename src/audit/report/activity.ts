/** The middle of the report: refusals, volume, what is worth a second look, and who touched the log itself. */

import { type Anomaly, anomalyRules } from './anomalies.ts';
import { timeChart } from './charts.ts';
import { html, type Markup } from './html.ts';
import { counted, placeCells, ranking, table } from './parts.ts';
import { placesPerPrincipal, placesPerRule } from './shortlist.ts';
import type { Event, Summary } from './summary.ts';

/** Where on this page a call is described; undefined for one that is not. */
export type AnchorOf = (call: string) => string | undefined;

export function denials({ denialsByCode, denialsByPrincipal, denialsByRule, denialsByResource }: Summary): Markup {
  const reasons = html`<div><h3>By reason</h3>${ranking('Code', denialsByCode)}</div>`;
  const people = html`<div><h3>By principal</h3>${ranking('Principal', denialsByPrincipal)}</div>`;
  const rules = html`<h3>By the rule that forbade</h3>${ranking('Rule', denialsByRule)}`;
  const things = html`<h3>By what the policy withheld</h3>${ranking('Resource and action', denialsByResource)}`;
  return html`<section id="refusals"><h2>Refusals</h2><div class="two">${reasons}${people}</div>${rules}${things}</section>`;
}

export function volume({ hours, largest }: Summary, anchorOf: AnchorOf): Markup {
  const rows = largest.map(
    (each) =>
      html`<tr>${placeCells(each, anchorOf(each.call))}<td class="name">${each.principal}</td><td class="n">${each.rows}</td><td class="n">${each.bytes}</td><td class="t">${each.cut === 'none' ? '' : each.cut}</td><td class="text"><code>${each.what}</code></td></tr>`,
  );
  const calls = timeChart('Calls over time', hours, [
    { colour: 'allowed', of: (hour) => hour.allowed, words: 'allowed' },
    { colour: 'denied', of: (hour) => hour.denied, words: 'refused' },
  ]);
  const given = timeChart('Rows given out over time', hours, [
    { colour: 'allowed', of: (hour) => hour.rows, words: 'rows' },
  ]);
  return html`<section id="volume"><h2>Volume</h2>
<figure><figcaption>Calls per hour or longer, UTC: <span class="key">allowed</span><span class="key denied">refused</span></figcaption>${calls}</figure>
<figure><figcaption>Rows given out, UTC</figcaption>${given}</figure>
<h3>Largest results</h3>${table([['Record'], ['Time (UTC)'], ['Principal'], ['Rows', 'n'], ['Bytes', 'n'], ['Cut by'], ['Statement']], rows)}</section>`;
}

export function anomalies({ anomalies: all, anomalyCounts }: Summary, anchorOf: AnchorOf): Markup {
  const counts: ReadonlyMap<string, number> = anomalyCounts;
  const sections = Object.entries(anomalyRules).flatMap(([rule, when]) => {
    const shown = all.filter((each) => each.rule === rule);
    return counts.has(rule) ? [firings(rule, when, counts.get(rule) ?? 0, shown, anchorOf)] : [];
  });
  const quiet = Object.keys(anomalyRules).filter((rule) => !counts.has(rule));
  const rest = quiet.length === 0 ? '' : html`<p class="more">Nothing found for: ${quiet.join(', ')}.</p>`;
  return html`<section id="anomalies"><h2>Worth a second look</h2><p>Each line leads to the record for which the rule fired; none of them says that anything is wrong. Of each rule at most ${placesPerRule} are shown, and ${placesPerPrincipal} of one principal; <code>pgwarden audit query</code> shows any call.</p>${sections}${rest}</section>`;
}

/** A rule shows some of what it found, and says of how many. */
function firings(rule: string, when: string, count: number, shown: readonly Anomaly[], anchorOf: AnchorOf): Markup {
  const rows = shown.map(
    (each) => html`<tr>${placeCells(each, anchorOf(each.call))}<td class="text">${each.text}</td></tr>`,
  );
  return html`<h3>${rule}: ${shown.length} of ${count} shown</h3><p>Fires when ${when}.</p>${table([['Record'], ['Time (UTC)'], ['What']], rows)}`;
}

export function keepers({ events }: Summary): Markup {
  const access = events.filter(({ type }) => type === 'access');
  const others = events.filter(({ type }) => type !== 'access');
  return html`<section id="access"><h2>Access to this log</h2><p>${counted(access.length, 'reading is', 'readings are')} on record. A reader who cannot write to the log’s directory leaves no record here.</p>${eventTable(access)}</section>
<section id="events"><h2>The log and its keepers</h2><p>Changes of policy and configuration, restarts after a crash, failures of the disk, clock steps.</p>${eventTable(others)}</section>`;
}

function eventTable(events: readonly Event[]): Markup {
  const rows = events.map(
    (each) => html`<tr><td>${each.type}</td>${placeCells(each)}<td class="text">${each.text}</td></tr>`,
  );
  return table([['Event'], ['Record'], ['Time (UTC)'], ['What']], rows);
}
