/** Bar charts as SVG files with d3-scale: readable on a light and on a dark page. */

import { scaleLinear } from 'd3-scale';

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number; readonly ours: boolean }[];
}

const width = 760;
const labelWidth = 250;
const barHeight = 18;
const gap = 4;
const titleHeight = 26;
const axisHeight = 30;

const style = `
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600 }
  .tick { stroke: #ccc; stroke-width: 1 }
  .ours { fill: #2563a8 }
  .other { fill: #9aa5b1 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .tick { stroke: #444 } .ours { fill: #6ea8e8 } .other { fill: #66707a } }`;

const escaped = (text: string) => text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);

export const shortNumber = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** One scale for all groups, so that they can be compared. */
export function barChart(description: string, groups: readonly BarGroup[]): string {
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const x = scaleLinear([0, most], [labelWidth, width - 50]).nice(5);
  const height = groups.reduce((sum, { bars }) => sum + titleHeight + bars.length * (barHeight + gap), axisHeight);
  const ticks = x.ticks(5).map((tick) => {
    const at = x(tick).toFixed(1);
    return `<line class="tick" x1="${at}" x2="${at}" y1="0" y2="${height - axisHeight}"/><text x="${at}" y="${height - 10}" text-anchor="middle">${tick}</text>`;
  });
  let y = 0;
  const drawn = groups.map(({ title, bars }) => {
    y += titleHeight;
    const heading = `<text class="title" x="0" y="${y - 8}">${escaped(title)}</text>`;
    const rects = bars.map(({ label, value, ours }) => {
      const [top, end] = [y, x(value)];
      y += barHeight + gap;
      const middle = top + barHeight / 2 + 4;
      return `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text><rect class="${ours ? 'ours' : 'other'}" x="${labelWidth}" y="${top}" width="${Math.max(1, end - labelWidth).toFixed(1)}" height="${barHeight}"/><text x="${(end + 5).toFixed(1)}" y="${middle}">${shortNumber(value)}</text>`;
    });
    return [heading, ...rects].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(description)}">
<style>${style}
</style>
${[...ticks, ...drawn].join('\n')}
</svg>
`;
}
