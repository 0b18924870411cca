/** Charts as SVG with d3-scale: drawn without a browser, coloured by the page's style sheet. */

import { scaleLinear, scaleUtc } from 'd3-scale';
import { html, type Markup } from './html.ts';
import type { Hour } from './summary.ts';

const width = 960;
const height = 200;
const left = 56;
const bottom = 24;
const maxBars = 240;

interface Bar {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly allowed: number;
  readonly denied: number;
}

/** Calls over time, refused ones on top; hours are joined where there are more than fit. */
export function volumeChart(hours: ReadonlyMap<string, Hour>): Markup {
  const { bars, span } = barsOf(hours);
  if (bars.length === 0) return html`<p class="none">No calls.</p>`;
  const most = Math.max(...bars.map(({ allowed, denied }) => allowed + denied));
  const start = bars[0]?.at ?? 0;
  const end = (bars.at(-1)?.at ?? 0) + span;
  const x = scaleUtc([new Date(start), new Date(end)], [left, width]);
  const y = scaleLinear([0, most], [height - bottom, 8]).nice();
  const barWidth = Math.max(1, ((width - left) / Math.max(1, (end - start) / span)) * 0.9);
  const rects = bars.map(({ at, allowed, denied }) => {
    const from = x(new Date(at)).toFixed(1);
    const title = `${new Date(at).toISOString().slice(0, 16)}Z: ${allowed} allowed, ${denied} refused`;
    return html`<g><title>${title}</title>${rect(from, barWidth, y(0), y(allowed), 'allowed')}${rect(from, barWidth, y(allowed), y(allowed + denied), 'denied')}</g>`;
  });
  const yTicks = y
    .ticks(4)
    .map(
      (tick) =>
        html`<g class="tick"><line x1="${String(left)}" x2="${String(width)}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text x="${String(left - 6)}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick}</text></g>`,
    );
  const format = x.tickFormat(6);
  const xTicks = x
    .ticks(6)
    .map(
      (tick) =>
        html`<text class="label" x="${x(tick).toFixed(1)}" y="${String(height - 6)}" text-anchor="middle">${format(tick)}</text>`,
    );
  return html`<svg role="img" aria-label="Calls over time" viewBox="0 0 ${String(width)} ${String(height)}">${yTicks}${rects}${xTicks}</svg>`;
}

function rect(x: string, barWidth: number, from: number, to: number, name: string): Markup | undefined {
  if (from - to < 0.05) return undefined;
  return html`<rect class="${name}" x="${x}" y="${to.toFixed(1)}" width="${barWidth.toFixed(1)}" height="${(from - to).toFixed(1)}"/>`;
}

function barsOf(hours: ReadonlyMap<string, Hour>): { readonly bars: readonly Bar[]; readonly span: number } {
  const hour = 3_600_000;
  const times = [...hours]
    .map(([key, value]) => ({ at: Date.parse(`${key}:00:00Z`), ...value }))
    .sort((a, b) => a.at - b.at);
  const range = (times.at(-1)?.at ?? 0) - (times[0]?.at ?? 0) + hour;
  const span = Math.ceil(range / hour / maxBars) * hour;
  const bars = new Map<number, Bar>();
  for (const { at, allowed, denied } of times) {
    const slot = Math.floor(at / span) * span;
    const bar = bars.get(slot) ?? { at: slot, allowed: 0, denied: 0 };
    bars.set(slot, { at: slot, allowed: bar.allowed + allowed, denied: bar.denied + denied });
  }
  return { bars: [...bars.values()], span };
}
