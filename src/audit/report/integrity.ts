/** The top of the report: what was verified and how far that carries, and whether every call has its end. */

import type { CallsRead } from '../calls.ts';
import { exitCodeOf, type Finding } from '../findings.ts';
import { areSigned } from '../verify.ts';
import { html, type Markup } from './html.ts';
import { counted, maxRows, table } from './parts.ts';
import type { Summary } from './summary.ts';

type State = 'good' | 'fair' | 'bad';

/** Logs named in the banner before they are folded away. */
const logsUnfolded = 8;

export function banner({ logs, records }: CallsRead): Markup {
  const findings = logs.flatMap((log) => log.findings);
  const [state, words] = verdict(findings, areSigned(logs));
  const rows = logs.map(
    (log) =>
      html`<tr><td class="name"><code>${log.log}</code></td><td class="n">${log.records}</td><td class="n">${log.files}</td><td class="t">${log.signed ? html`signed to record ${log.sealed}` : 'unsigned'}</td><td class="leaf"><code>${log.leaf.slice(0, 16)}…</code></td></tr>`,
  );
  const list = grouped(findings);
  return html`<section class="banner ${state}" id="integrity"><h2>${words}</h2><p>${counted(records, 'record', 'records')} in ${counted(logs.length, 'log', 'logs')} verified while this report was made; nothing unverified is counted in it.</p>
<ul>${list.slice(0, maxRows)}</ul>${list.length > maxRows ? html`<p class="more">${list.length - maxRows} more; audit verify names them.</p>` : ''}
<details${logs.length > logsUnfolded ? '' : ' open'}><summary>Logs</summary>${table([['Log'], ['Records', 'n'], ['Files', 'n'], ['Heads'], ['Last leaf']], rows.slice(0, 200), rows.length - 200)}</details>
<details open><summary>What this cannot show</summary><ul>
<li>Without signed heads, that everything after some point was not written anew by someone who could write to the directory.</li>
<li>Without a head or receipt kept elsewhere, that the end of a log was not cut back to an older head.</li>
<li>What happened in the last second or the last thousand records before an unsealed end.</li>
<li>Statements that reached a database by another way than through this broker.</li></ul></details></section>`;
}

function verdict(findings: readonly Finding[], signed: boolean): readonly [State, string] {
  const code = exitCodeOf(findings);
  if (code === 3) return ['bad', 'DAMAGED: the evidence was changed'];
  if (code === 1) return ['fair', 'Whole, with findings'];
  if (!signed) return ['fair', 'Chain whole, heads unsigned'];
  if (findings.some((finding) => finding.code === 'untrusted_key'))
    return ['fair', 'Whole and signed, by a key nobody vouched for here'];
  return ['good', 'Verified: whole and signed'];
}

/** What is the same of many logs is said once. */
function grouped(findings: readonly Finding[]): readonly Markup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = finding.severity === 'note' ? `${finding.code}\n${finding.message}` : `${finding.log}\n${groups.size}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const where = first.seq === undefined ? first.log : `${first.log} record ${first.seq.toLocaleString('en-US')}`;
    const place = same.length === 1 ? where : `${same.length} logs`;
    return [html`<li class="${first.severity}"><b>${first.severity} ${first.code}</b> ${place}: ${first.message}</li>`];
  });
}

/** The figures of the period, and the sum that must come out even. */
export function completeness(summary: Summary, { logs }: CallsRead): Markup {
  const { statuses, calls, writers, cut, masked, corrected, lost } = summary;
  const denied = statuses.get('denied') ?? 0;
  const open = statuses.get('open') ?? 0;
  const allowed = calls - denied;
  const rows = [...statuses]
    .sort((a, b) => b[1] - a[1])
    .map(([status, count]) => html`<tr><td>${status}</td><td class="n">${count}</td></tr>`);
  return html`<section id="completeness"><h2>Completeness</h2><p>${counted(allowed, 'allowed call', 'allowed calls')} = ${allowed - lost - open} with an outcome + ${lost} whose outcome was lost and which a recovery accounts for + ${open} without; ${counted(denied, 'call was', 'calls were')} refused. ${counted(writers, 'server process', 'server processes')} wrote ${counted(logs.length, 'log', 'logs')}; ${counted(cut, 'result was', 'results were')} cut, ${masked} had masked columns; ${counted(corrected, 'outcome was', 'outcomes were')} corrected by a later record, and counted as corrected.</p><div class="small">${table([['How calls ended'], ['Calls', 'n']], rows)}</div></section>`;
}

export function tiles({ calls, statuses, pairs, hours, anomalyCounts }: Summary): Markup {
  const denied = statuses.get('denied') ?? 0;
  const rows = [...hours.values()].reduce((sum, hour) => sum + hour.rows, 0);
  const odd = [...anomalyCounts.values()].reduce((sum, count) => sum + count, 0);
  const facts: readonly (readonly [string, number, boolean])[] = [
    ['Calls', calls, false],
    ['Refused', denied, denied > 0],
    ['Principals', new Set(pairs.map(({ principal }) => principal)).size, false],
    ['Relations reached', new Set(pairs.map(({ table: name }) => name)).size, false],
    ['Rows given out', rows, false],
    ['Worth a second look', odd, odd > 0],
  ];
  return html`<dl class="tiles">${facts.map(([name, value, isAlert]) => html`<div${isAlert ? html` class="alert"` : ''}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
