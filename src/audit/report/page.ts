/** The report as one HTML file: no script, no network, prints well, light and dark. Every number leads to its records. */

import { createHash } from 'node:crypto';
import type { CallsRead } from '../calls.ts';
import { exitCodeOf } from '../findings.ts';
import { volumeChart } from './charts.ts';
import { html, type Markup } from './html.ts';
import { style } from './style.ts';
import type { Pair, Period, Place, Summary } from './summary.ts';

export interface ReportInput {
  readonly read: CallsRead;
  readonly summary: Summary;
  readonly period: Period;
  /** When the report was made, RFC 3339. */
  readonly made: string;
  readonly version: string;
}

/** Rows of a table, columns of the heat map; what is left out is said. */
const maxRows = 50;
const heatPrincipals = 30;
const heatTables = 20;

export function renderReport(input: ReportInput): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Audit report</title>STYLE</head>
<body><header><h1>Audit report</h1><p>${periodText(input)}. Made ${input.made} by pgwarden ${input.version}.</p></header>
<main>${banner(input)}${completeness(input)}${heatMap(input.summary.pairs)}${denials(input.summary)}${volume(input.summary)}${anomalies(input.summary)}${events(input.summary)}${controls()}</main></body></html>
`;
  return page.toString().replace('STYLE', () => `<style>${style}</style>`);
}

function periodText({ period, summary }: ReportInput): string {
  const from = period.since ?? summary.first ?? 'the beginning';
  return `Calls from ${from} to ${period.until ?? summary.last ?? 'now'}`;
}

/** Each record can be looked up by this: \`pgwarden audit show <call>\`. */
function place({ log, seq, call, ts }: Place): Markup {
  return html`<td class="place"><code>${log}#${String(seq)}</code>${call === '' ? '' : html` <code class="call">${call}</code>`}</td><td>${ts.slice(0, 19)}Z</td>`;
}

function table(heads: readonly string[], rows: readonly Markup[], more = 0): Markup {
  if (rows.length === 0) return html`<p class="none">None.</p>`;
  const left = more > 0 ? html`<p class="more">${more} more are in the log.</p>` : '';
  return html`<div class="wide"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>${left}`;
}

function banner({ read }: ReportInput): Markup {
  const findings = read.logs.flatMap((log) => log.findings);
  const code = exitCodeOf(findings);
  const signed = read.logs.length > 0 && read.logs.every((log) => log.signed);
  const state = code === 3 ? 'bad' : signed && code === 0 ? 'good' : 'fair';
  const words = {
    bad: 'DAMAGED: the evidence was changed',
    fair: code === 1 ? 'Whole, with findings' : 'Chain whole, heads unsigned',
    good: 'Verified: whole and signed',
  };
  const rows = read.logs.map(
    (log) =>
      html`<tr><td><code>${log.log}</code></td><td class="n">${log.records}</td><td class="n">${log.files}</td><td>${log.signed ? html`signed to record ${log.sealed}` : 'unsigned'}</td><td><code>${log.leaf.slice(0, 16)}…</code></td></tr>`,
  );
  const list = findings
    .slice(0, maxRows)
    .map(
      ({ severity, code: name, log, seq, message }) =>
        html`<li class="${severity}"><b>${severity} ${name}</b> ${log}${seq === undefined ? '' : html` record ${seq}`}: ${message}</li>`,
    );
  return html`<section class="banner ${state}"><h2>${words[state]}</h2><p>${read.records} records in ${read.logs.length} logs were verified while this report was made; only verified records are counted in it.</p><ul>${list}</ul>
<details><summary>Logs</summary>${table(['Log', 'Records', 'Files', 'Heads', 'Last leaf'], rows.slice(0, 200), rows.length - 200)}</details>
<details open><summary>What this cannot show</summary><ul>
<li>Without signed heads, that everything after some point was not written anew by someone who could write to the directory.</li>
<li>Without a head or receipt kept elsewhere, that the end of a log was not cut back to an older head.</li>
<li>What happened in the last second or the last thousand records before an unsealed end.</li>
<li>Statements that reached a database by another way than through this broker.</li></ul></details></section>`;
}

function completeness({ summary, read }: ReportInput): Markup {
  const denied = summary.statuses.get('denied') ?? 0;
  const open = summary.statuses.get('open') ?? 0;
  const allowed = summary.calls - denied;
  const rows = [...summary.statuses]
    .sort((a, b) => b[1] - a[1])
    .map(([status, count]) => html`<tr><td>${status}</td><td class="n">${count}</td></tr>`);
  const sum = `${allowed.toLocaleString('en-US')} allowed = ${(allowed - open).toLocaleString('en-US')} with an outcome + ${open.toLocaleString('en-US')} without`;
  return html`<section><h2>Completeness</h2><p>${summary.calls} calls: ${sum}; ${denied} refused. ${summary.writers} server processes wrote ${read.logs.length} logs. ${summary.cut} results were cut, ${summary.masked} had masked columns.</p>${table(['Ended', 'Calls'], rows)}</section>`;
}

function heatMap(pairs: readonly Pair[]): Markup {
  const principals = top(pairs, ({ principal }) => principal, heatPrincipals);
  const tables = top(pairs, ({ table: name }) => name, heatTables);
  const cells = new Map(pairs.map((pair) => [`${pair.principal}\n${pair.table}`, pair]));
  const most = pairs.reduce((largest, { reads, writes }) => Math.max(largest, reads + writes), 1);
  const rows = principals.map(
    (principal) =>
      html`<tr><th scope="row">${principal}</th>${tables.map((name) => heatCell(cells.get(`${principal}\n${name}`), most))}</tr>`,
  );
  const hidden = pairs.length - rows.length * tables.length;
  return html`<section><h2>Who reached what</h2><p>Reads / writes of each principal on each relation; darker is more, a ring marks a pair never seen before this period.</p>
${table(['', ...tables], rows)}${hidden > 0 && pairs.length > 0 ? html`<p class="more">The busiest are shown; <code>audit query --table</code> shows any.</p>` : ''}</section>`;
}

function heatCell(pair: Pair | undefined, most: number): Markup {
  if (pair === undefined) return html`<td></td>`;
  const total = pair.reads + pair.writes;
  const heat = Math.max(1, Math.ceil((Math.log1p(total) / Math.log1p(most)) * 5));
  return html`<td class="heat h${String(heat)}${pair.isNew ? ' new' : ''}" title="first: ${pair.first.log}#${String(pair.first.seq)}">${pair.reads}${pair.writes > 0 ? html` / ${pair.writes}` : ''}</td>`;
}

function top(pairs: readonly Pair[], keyOf: (pair: Pair) => string, count: number): readonly string[] {
  const sums = new Map<string, number>();
  for (const pair of pairs) sums.set(keyOf(pair), (sums.get(keyOf(pair)) ?? 0) + pair.reads + pair.writes);
  return [...sums]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, count)
    .map(([key]) => key);
}

function counted(counts: ReadonlyMap<string, number>): readonly Markup[] {
  const rows = [...counts].sort((a, b) => b[1] - a[1]).slice(0, maxRows);
  const most = rows[0]?.[1] ?? 1;
  return rows.map(
    ([name, count]) =>
      html`<tr><td>${name}</td><td class="n">${count}</td><td class="meter"><meter min="0" max="${String(most)}" value="${String(count)}"></meter></td></tr>`,
  );
}

function denials({ denialsByCode, denialsByPrincipal }: Summary): Markup {
  return html`<section><h2>Refusals</h2><div class="two"><div><h3>By reason</h3>${table(['Code', 'Calls', ''], counted(denialsByCode), denialsByCode.size - maxRows)}</div><div><h3>By principal</h3>${table(['Principal', 'Calls', ''], counted(denialsByPrincipal), denialsByPrincipal.size - maxRows)}</div></div></section>`;
}

function volume({ hours, largest }: Summary): Markup {
  const rows = largest.map(
    (each) =>
      html`<tr>${place(each)}<td>${each.principal}</td><td class="n">${each.rows}</td><td class="n">${each.bytes}</td><td>${each.cut === 'none' ? '' : `cut by ${each.cut}`}</td><td><code>${each.what}</code></td></tr>`,
  );
  return html`<section><h2>Volume</h2><p class="legend"><span class="allowed">allowed</span> <span class="denied">refused</span>, per hour or longer, UTC</p>${volumeChart(hours)}<h3>Largest results</h3>${table(['Record', 'Time', 'Principal', 'Rows', 'Bytes', '', 'Statement'], rows)}</section>`;
}

function anomalies({ anomalies: all, moreAnomalies }: Summary): Markup {
  const rows = all.map((each) => html`<tr><td>${each.rule}</td>${place(each)}<td>${each.text}</td></tr>`);
  return html`<section><h2>Worth a second look</h2><p>Each line names the rule that fired and the record; none of them says that anything is wrong.</p>${table(['Rule', 'Record', 'Time', 'What'], rows, moreAnomalies)}</section>`;
}

function events({ events: all }: Summary): Markup {
  const rows = all.map((each) => html`<tr><td>${each.type}</td>${place(each)}<td>${each.text}</td></tr>`);
  return html`<section><h2>The log and its keepers</h2><p>Changes of policy and configuration, restarts after a crash, failures of the disk, clock steps, readers of the log.</p>${table(['Event', 'Record', 'Time', 'What'], rows)}</section>`;
}

const controlRows: readonly (readonly [string, string])[] = [
  ['NIST 800-53 AU-2, AU-3, AU-12', 'who, what, when, where, outcome and objects of every call'],
  ['AU-5', 'no call without a durable record; room on the disk watched'],
  ['AU-6, AU-7', 'this report, audit query, originals never altered'],
  ['AU-8', 'UTC microseconds, a monotonic count beside them, clock steps marked'],
  ['AU-9', 'hash chain, signed heads, file modes'],
  ['AU-10', 'receipts and inclusion proofs'],
  [
    'PCI DSS 4 10.2, 10.3, 10.4',
    'individual access, invalid access, changes of the audit itself, integrity checks, daily review',
  ],
  ['HIPAA 164.312(b)', 'recorded and examined'],
  ['SOC 2 CC6, CC7', 'refusals, changes of configuration, this report'],
];

function controls(): Markup {
  return html`<section><h2>Controls</h2>${table(
    ['Control', 'Shown by'],
    controlRows.map(([control, by]) => html`<tr><td>${control}</td><td>${by}</td></tr>`),
  )}</section>`;
}
