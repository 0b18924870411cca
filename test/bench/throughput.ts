/** Calls per second over HTTP with everything on, against raw `pg` and other servers, interleaved in one run. */

import type { Cluster } from '../support/cluster.ts';
import { competitor, installCompetitors } from './competitors.ts';
import { addressOf, type Contender } from './contender.ts';
import { type Rate, rawName } from './figures.ts';
import { type LoadFigures, load, median } from './load.ts';
import { pgwarden } from './pgwarden.ts';
import { cpuMilliseconds } from './process-figures.ts';
import { rawPg } from './raw-pg.ts';
import { heading, table } from './report.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export interface Effort {
  readonly quick: boolean;
  /** Only scenarios whose name holds this. */
  readonly only: string;
  readonly rounds: number;
  /** Length of one round. */
  readonly seconds: number;
}

/** Prints each scenario's figures as they are there. */
export async function throughput(cluster: Cluster, effort: Effort): Promise<Rate[]> {
  const others = await installCompetitors();
  const rates: Rate[] = [];
  for (const scenario of scenarios.filter((one) => isWanted(one, effort))) {
    const contenders = await contendersFor(cluster, scenario, others);
    rates.push(...(await compare(scenario, contenders, effort)));
    for (const contender of contenders) await contender.close();
  }
  return rates;
}

const isWanted = ({ name, quick }: Scenario, effort: Effort) => (quick || !effort.quick) && name.includes(effort.only);

async function contendersFor(
  cluster: Cluster,
  scenario: Scenario,
  others: Awaited<ReturnType<typeof installCompetitors>>,
): Promise<Contender[]> {
  const address = addressOf(cluster);
  const contenders = [rawPg(address, scenario.callers), await pgwarden(address, scenario)];
  if (!scenario.withOthers) return contenders;
  contenders.push(await pgwarden(address, scenario, { name: 'pgwarden, 2026-07-28', era: '2026-07-28' }));
  for (const name of others) contenders.push(await competitor(name, address, scenario));
  return contenders;
}

const caller =
  ({ next }: Scenario, { call }: Contender) =>
  (index: number) =>
    call(index, next());

/**
 * Four seconds, and on until ten thousand calls or twenty seconds: until then a good part of a process's CPU is the
 * compiler's, on threads of its own. Many databases take longer: each call may be the first to one of them.
 */
async function warmUp(scenario: Scenario, contender: Contender, { quick }: Effort): Promise<void> {
  const parts = (quick ? 2 : 5) * (scenario.databases > 1 ? 3 : 1);
  let calls = 0;
  for (let part = 0; part < parts && (part === 0 || calls < 10_000); part++)
    calls += (await load(caller(scenario, contender), scenario.callers, 4000)).calls;
}

interface Taken {
  readonly contender: Contender;
  readonly runs: LoadFigures[];
  readonly cpu: number[];
}

async function compare(scenario: Scenario, contenders: readonly Contender[], effort: Effort): Promise<Rate[]> {
  const taken: Taken[] = contenders.map((contender) => ({ contender, runs: [], cpu: [] }));
  const failed = new Set<Taken>();
  const unlessFailed = async (one: Taken, work: () => Promise<void>) => {
    if (failed.has(one)) return;
    await work().catch((error: unknown) => {
      failed.add(one);
      process.stdout.write(`\n*** ${scenario.name}: ${one.contender.name} FAILED AND IS LEFT OUT (${error}) ***\n`);
    });
  };
  for (const one of taken) await unlessFailed(one, () => warmUp(scenario, one.contender, effort));
  for (let round = 0; round < effort.rounds; round++)
    for (const one of taken) await unlessFailed(one, () => takeRound(scenario, one, effort));
  const raw = taken.find(({ contender }) => contender.name === rawName);
  const rates = taken.filter((one) => !failed.has(one)).map((one) => rateOf(scenario.name, one, raw?.runs ?? []));
  heading(`${scenario.name}; ${effort.rounds} rounds of ${effort.seconds} s`);
  table([
    ['', 'calls/s', 'ratio', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU ms/call'],
    ...rates.map((r) => [r.contender, r.callsPerSecond, r.ratio, r.p50, r.p99, r.p999, r.cpu]),
  ]);
  return rates;
}

async function takeRound(scenario: Scenario, { contender, runs, cpu }: Taken, { seconds }: Effort): Promise<void> {
  const before = cpuMilliseconds(contender.pid);
  const run = await load(caller(scenario, contender), scenario.callers, seconds * 1000);
  runs.push(run);
  cpu.push((cpuMilliseconds(contender.pid) - before) / run.calls);
}

/** The ratio is the median of the rounds' ratios: neighbours in time share the machine's mood. */
function rateOf(scenario: string, { contender, runs, cpu }: Taken, raw: readonly LoadFigures[]): Rate {
  const ratios = runs.map((run, round) => run.callsPerSecond / (raw[round]?.callsPerSecond ?? Number.NaN));
  return {
    scenario,
    contender: contender.name,
    callsPerSecond: median(runs.map((run) => run.callsPerSecond)),
    ratio: median(ratios),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    p999: median(runs.map((run) => run.p999)),
    cpu: median(cpu),
  };
}
