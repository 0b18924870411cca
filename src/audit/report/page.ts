/** The report as one HTML file: no script, no network, prints well, light and dark. What it points at, it also shows. */

import { createHash } from 'node:crypto';
import type { CallsRead } from '../calls.ts';
import { type AnchorOf, anomalies, denials, keepers, volume } from './activity.ts';
import { anchorName, citedCalls } from './cited-calls.ts';
import { heatMap } from './heat-map.ts';
import { html, type Markup } from './html.ts';
import { banner, completeness, tiles } from './integrity.ts';
import { shortTime, table } from './parts.ts';
import { style } from './style.ts';
import type { Period, Summary } from './summary.ts';

export interface ReportInput {
  readonly read: CallsRead;
  readonly summary: Summary;
  readonly period: Period;
  /** When the report was made, RFC 3339. */
  readonly made: string;
  readonly version: string;
}

const sections: readonly (readonly [string, string])[] = [
  ['integrity', 'Integrity'],
  ['completeness', 'Completeness'],
  ['reach', 'Who reached what'],
  ['refusals', 'Refusals'],
  ['volume', 'Volume'],
  ['anomalies', 'Second look'],
  ['access', 'Access to this log'],
  ['events', 'Keepers'],
  ['controls', 'Controls'],
  ['records', 'Records'],
];

export function renderReport(input: ReportInput): string {
  const { read, summary } = input;
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const anchors = new Map(summary.cited.map(({ intent }, index) => [intent.call, anchorName(index)]));
  const anchorOf: AnchorOf = (call) => anchors.get(call);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Audit report</title>STYLE</head>
<body><header><h1>Audit report</h1><p>${periodText(input)} Made ${shortTime(input.made)} UTC by pgwarden ${input.version}.</p></header>
<nav aria-label="Sections">${sections.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
<main>${banner(read)}${tiles(summary)}${completeness(summary, read)}${reach(summary)}${denials(summary)}${volume(summary, anchorOf)}${anomalies(summary, anchorOf)}${keepers(summary)}${controls()}${citedCalls(summary.cited)}</main></body></html>
`;
  return page.toString().replace('STYLE', () => `<style>${style}</style>`);
}

function periodText({ period, summary }: ReportInput): string {
  const from = period.since ?? summary.first;
  const until = period.until ?? summary.last;
  if (from === undefined && until === undefined) return 'No calls.';
  return `Calls from ${shortTime(from ?? 'the beginning')} to ${shortTime(until ?? 'now')} UTC.`;
}

function reach({ pairs }: Summary): Markup {
  return html`<section id="reach"><h2>Who reached what</h2><p>Calls of each principal that read a relation and, with a w, that wrote to it. Deeper is more; a ring marks a pair never seen before this period.</p>${heatMap(pairs)}</section>`;
}

const controlRows: readonly (readonly [string, string])[] = [
  ['NIST 800-53 AU-2, AU-3, AU-12', 'who, what, when, where, outcome and objects of every call'],
  ['AU-5', 'no call without a durable record; room on the disk watched'],
  ['AU-6, AU-7', 'this report, audit query, originals never altered'],
  ['AU-8', 'UTC microseconds, a monotonic count beside them, clock steps marked'],
  ['AU-9', 'hash chain, signed heads, file modes, readings on record'],
  ['AU-10', 'receipts and inclusion proofs'],
  [
    'PCI DSS 4 10.2, 10.3, 10.4',
    'individual access, invalid access, changes of the audit itself, integrity checks, daily review',
  ],
  ['HIPAA 164.312(b)', 'recorded and examined'],
  ['SOC 2 CC6, CC7', 'refusals, changes of configuration, this report'],
];

function controls(): Markup {
  return html`<section id="controls"><h2>Controls</h2>${table(
    [['Control'], ['Shown by']],
    controlRows.map(([control, by]) => html`<tr><td>${control}</td><td>${by}</td></tr>`),
  )}</section>`;
}
