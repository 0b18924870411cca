/** The calls a report points at, each with what a reader asks first, so that a link leads somewhere on the page itself. */

import { type AuditedCall, revisionOf, statusOf } from '../calls.ts';
import { html, type Markup } from './html.ts';
import { shortTime } from './parts.ts';

/** The address of the `index`-th cited call within the page. */
export function anchorName(index: number): string {
  return `call-${index + 1}`;
}

export function citedCalls(calls: readonly AuditedCall[]): Markup {
  const entries = calls.map((call, index) => entry(call, anchorName(index)));
  const none = html`<p class="none">None.</p>`;
  return html`<section id="records"><h2>Records referred to above</h2><p>In short; <code>pgwarden audit show</code> with the id of a call tells everything, and <code>pgwarden audit prove</code> proves it.</p>${entries.length === 0 ? none : entries}</section>`;
}

function entry(call: AuditedCall, id: string): Markup {
  const { log, intent, outcome } = call;
  const { principal, sql, stmt, decision } = intent;
  const objects = (intent.objects ?? []).map(({ s, t, acc }) => `${acc.join(', ')} ${s}.${t}`);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Call', intent.call],
    ['When', `${shortTime(intent.ts)} UTC`],
    ['Who', who(principal)],
    [
      'From',
      [intent.client.addr, intent.client.claimed?.name].filter((part) => part !== undefined).join(', says it is '),
    ],
    [
      'Ended',
      [statusOf(call), decision.code ?? outcome?.err?.code, revisionOf(call)]
        .filter((part) => part !== undefined)
        .join(', '),
    ],
    ['Statement', sql?.text ?? sql?.summary ?? stmt?.fixed ?? stmt?.kind],
    ['Reached', objects.slice(0, 20).join('; ')],
    ['Rules', decision.rules?.slice(0, 5).join('; ')],
    ['Given out', outcome?.rows === undefined ? undefined : sizes(outcome.rows, outcome.bytes ?? 0)],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [html`<dt>${name}</dt><dd>${value.slice(0, 600)}</dd>`],
  );
  return html`<article class="call" id="${id}"><h3><code>${log}#${String(intent.seq)}</code></h3><dl>${lines}</dl></article>`;
}

function who(principal: AuditedCall['intent']['principal']): string {
  if (principal === undefined) return 'unidentified';
  const human = principal.obo === undefined ? '' : `, for ${principal.obo}`;
  return `${principal.id} (${principal.kind}, ${principal.auth})${human}`;
}

function sizes(rows: number, bytes: number): string {
  return `${rows.toLocaleString('en-US')} rows, ${bytes.toLocaleString('en-US')} bytes`;
}
