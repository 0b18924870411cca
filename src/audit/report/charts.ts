/** Charts as SVG with d3-scale: drawn without a browser, once for wide and once for narrow pages, coloured by the page's style sheet. */

import { scaleLinear, scaleUtc } from 'd3-scale';
import { html, type Markup } from './html.ts';
import type { Hour } from './summary.ts';

/** What one bar is made of, from below: how much, in which colour, and how that is said. */
export interface Series {
  readonly colour: 'allowed' | 'denied';
  readonly of: (hour: Hour) => number;
  readonly words: string;
}

interface Frame {
  readonly name: 'broad' | 'narrow';
  readonly width: number;
  readonly height: number;
  readonly ticks: number;
  readonly maxBars: number;
}

const frames: readonly Frame[] = [
  { name: 'broad', width: 1120, height: 190, ticks: 8, maxBars: 240 },
  { name: 'narrow', width: 390, height: 170, ticks: 3, maxBars: 90 },
];
const left = 52;
const bottom = 24;
const hourLength = 3_600_000;
const dayLength = 24 * hourLength;
const compact = new Intl.NumberFormat('en-US', { notation: 'compact' });

interface Bar {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly parts: readonly number[];
}

interface Bars {
  readonly bars: readonly Bar[];
  readonly start: number;
  readonly end: number;
  readonly span: number;
}

/** Amounts over time, UTC, stacked; hours are joined where there are more than fit. */
export function timeChart(label: string, hours: ReadonlyMap<string, Hour>, series: readonly Series[]): Markup {
  if (hours.size === 0) return html`<p class="none">No calls.</p>`;
  return html`${frames.map((frame) => draw(label, frame, barsOf(hours, series, frame.maxBars), series))}`;
}

function draw(
  label: string,
  { name, width, height, ticks }: Frame,
  { bars, start, end, span }: Bars,
  series: readonly Series[],
): Markup {
  const most = Math.max(1, ...bars.map(({ parts }) => sum(parts)));
  const x = scaleUtc([new Date(start), new Date(end)], [left, width - 8]);
  const y = scaleLinear([0, most], [height - bottom, 8]).nice(4);
  const barWidth = Math.max(1, ((width - 8 - left) / ((end - start) / span)) * 0.86);
  const drawn = bars.map(({ at, parts }) => {
    const said = series.map(({ words }, i) => `${(parts[i] ?? 0).toLocaleString('en-US')} ${words}`).join(', ');
    const rects = parts.map((part, i) => {
      const below = sum(parts.slice(0, i));
      return rect(x(new Date(at)), barWidth, y(below), y(below + part), series[i]?.colour ?? 'allowed');
    });
    return html`<g><title>${`${timeText(at)} UTC: ${said}`}</title>${rects}</g>`;
  });
  const lines = y
    .ticks(4)
    .filter((tick) => Number.isInteger(tick))
    .map(
      (tick) =>
        html`<g class="tick"><line x1="${String(left)}" x2="${String(width)}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text x="${String(left - 6)}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${compact.format(tick)}</text></g>`,
    );
  const times = x.ticks(ticks).map((tick, i) => {
    const at = x(tick);
    const anchor = at > width - 30 ? 'end' : 'middle';
    return html`<text x="${(anchor === 'end' ? width - 2 : at).toFixed(1)}" y="${String(height - 6)}" text-anchor="${anchor}">${tickText(tick.getTime(), end - start, i === 0)}</text>`;
  });
  return html`<svg class="${name}" role="img" aria-label="${label}" viewBox="0 0 ${String(width)} ${String(height)}">${lines}${drawn}${times}</svg>`;
}

function rect(x: number, barWidth: number, from: number, to: number, colour: string): Markup | undefined {
  if (from - to < 0.05) return undefined;
  return html`<rect class="${colour}" x="${x.toFixed(1)}" y="${to.toFixed(1)}" width="${barWidth.toFixed(1)}" height="${(from - to).toFixed(1)}"/>`;
}

function timeText(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** Days where the chart shows several of them, else hours, with the day at midnight and at the first. */
function tickText(at: number, range: number, isFirst: boolean): string {
  const day = timeText(at).slice(0, 10);
  if (range > 4 * dayLength) return day;
  return isFirst || at % dayLength === 0 ? day.slice(5) : timeText(at).slice(11);
}

/** At least a day is shown, so that one hour does not look like all there is. */
function barsOf(hours: ReadonlyMap<string, Hour>, series: readonly Series[], maxBars: number): Bars {
  const times = [...hours]
    .map(([key, hour]) => ({ at: Date.parse(`${key}:00:00Z`), hour }))
    .sort((a, b) => a.at - b.at);
  const first = times[0]?.at ?? 0;
  const last = (times.at(-1)?.at ?? 0) + hourLength;
  const span = Math.ceil((last - first) / hourLength / maxBars) * hourLength;
  const isShort = last - first < dayLength;
  const start = Math.floor(first / (isShort ? dayLength : span)) * (isShort ? dayLength : span);
  const end = Math.max(Math.ceil(last / span) * span, start + dayLength);
  const slots = new Map<number, number[]>();
  for (const { at, hour } of times) {
    const slot = Math.floor(at / span) * span;
    const parts = slots.get(slot) ?? series.map(() => 0);
    slots.set(
      slot,
      parts.map((part, i) => part + (series[i]?.of(hour) ?? 0)),
    );
  }
  return { bars: [...slots].map(([at, parts]) => ({ at, parts })), start, end, span };
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}
