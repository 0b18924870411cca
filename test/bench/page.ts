/** The results page and its plots, made from the stored figures alone. */

import { type BarGroup, barChart, shortNumber } from './bar-chart.ts';
import type { Figures, Rate } from './figures.ts';
import { rawName } from './figures.ts';

/** File name under `docs/` → text. */
export function pageOf(figures: Figures): ReadonlyMap<string, string> {
  return new Map([
    ['benchmarks.md', markdown(figures)],
    ['benchmarks/throughput.svg', throughputChart(figures.rates)],
    ['benchmarks/cold-start.svg', barChart('Cold start in milliseconds', [coldStartGroup(figures)])],
    ['benchmarks/memory.svg', barChart('Resident memory in MiB', [memoryGroup(figures)])],
  ]);
}

const isOurs = (name: string) => name.startsWith('pgwarden');

function byScenario(rates: readonly Rate[]): Map<string, Rate[]> {
  const groups = new Map<string, Rate[]>();
  for (const rate of rates) groups.set(rate.scenario, [...(groups.get(rate.scenario) ?? []), rate]);
  return groups;
}

function throughputChart(rates: readonly Rate[]): string {
  const groups = [...byScenario(rates)].map(
    ([title, of]): BarGroup => ({
      title,
      bars: of
        .filter(({ contender }) => contender !== rawName)
        .map(({ contender, ratio }) => ({ label: contender, value: ratio, ours: isOurs(contender) })),
    }),
  );
  return barChart('Calls per second against raw pg, which is 1', groups);
}

function coldStartGroup({ coldStart }: Figures): BarGroup {
  const bars = coldStart.map(({ what, milliseconds }) => ({ label: what, value: milliseconds, ours: isOurs(what) }));
  return { title: 'From the start of the process, ms', bars };
}

function memoryGroup({ memory }: Figures): BarGroup {
  const bars = memory.map(({ what, mebibytes }) => ({ label: what, value: mebibytes, ours: what.startsWith('one') }));
  return { title: 'Resident memory, MiB', bars };
}

function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? shortNumber(cell) : cell)).join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

function rateTables(rates: readonly Rate[]): string {
  const head = ['', 'calls/s', 'against raw', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU ms a call'];
  return [...byScenario(rates)]
    .map(([scenario, of]) => {
      const rows = of.map((r) => [r.contender, r.callsPerSecond, r.ratio, r.p50, r.p99, r.p999, r.cpu]);
      return `### ${scenario}\n\n${tableOf(head, rows)}`;
    })
    .join('\n\n');
}

/** What is saved where one process stands in front of many databases instead of one process for each. */
function saving({ memory }: Figures): string {
  const find = (pattern: RegExp) => memory.find(({ what }) => pattern.test(what))?.mebibytes;
  const [together, apart] = [find(/^one process, 100 /), find(/ processes, one /)];
  if (together === undefined || apart === undefined) return '';
  return `One process in front of a hundred databases needs ${shortNumber((100 * together) / apart)} % of the memory of a hundred processes with one database each.\n`;
}

function whereTimeGoes({ shares }: Figures): string {
  if (shares.length === 0) return '';
  const rows = shares.map(({ what, microseconds, share }) => [what, microseconds, `${shortNumber(100 * share)} %`]);
  return `## Where the time of a point query goes

Samples of the main thread under the load of 16 clients, by folder of the source, package, and part of Node; what the
engine does counts for whoever asked for it, and a system call holds the time of the process it woke on the same core.

${tableOf(['', 'µs a call', 'share'], rows)}

A call is one HTTP request, two records in an audit log, and one exchange with PostgreSQL: at least four system calls and
its part of two flushes, where raw \`pg\` has one write and one read. No room takes a share that would change the
picture if it were free, so what is left is to do less everywhere. One process answers on one core; raw \`pg\` leaves the
rest of the machine to PostgreSQL.

`;
}

function markdown(figures: Figures): string {
  const { date, machine, quick, busy, rates, coldStart, memory } = figures;
  const warning =
    busy > 0.2
      ? `\n**Others worked on the machine during this run: its figures show the form, not the speed. Take them anew.**\n`
      : '';
  return `# Benchmarks

Taken on ${date} on ${machine}${quick ? ', a quick run' : ''}.
${warning}
Load generator, server and PostgreSQL share the machine, so **read the
ratios**: the absolute figures are this machine's and this minute's. \`npm run bench\` takes the figures anew,
\`npm run bench -- --compare\` holds a run against these, \`npm run bench -- --page\` writes this page from a run.

pgwarden runs with everything on: API keys, PostgreSQL's own grammar, column policies, and an audit log whose records are
on the disk before the statement runs and before its rows are given away. Raw \`pg\` is the driver alone, in the load
generator's own process, with as many connections as there are clients. MCP Toolbox and DBHub are other MCP servers for
PostgreSQL, over the same HTTP client; they check no policy and keep no audit log. Toolbox answers the point query
by a prepared tool of its own, the fastest it has. Every contender is warmed up for at least four seconds, the rounds are interleaved, each
figure is the median of the rounds, and CPU is what the operating system counted for the contender's process (for raw
\`pg\`: the load generator's).

## Calls per second

![Calls per second against raw pg](benchmarks/throughput.svg)

${rateTables(rates)}

${whereTimeGoes(figures)}## Cold start

![Cold start](benchmarks/cold-start.svg)

${tableOf(
  ['', 'ms', 'against bare node'],
  coldStart.map(({ what, milliseconds, ratio }) => [what, milliseconds, ratio]),
)}

## Memory

![Resident memory](benchmarks/memory.svg)

${tableOf(
  ['', 'MiB'],
  memory.map(({ what, mebibytes }) => [what, mebibytes]),
)}

${saving(figures)}`;
}
