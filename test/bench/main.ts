/**
 * `npm run bench -- [section …] [--quick] [--only TEXT] [--compare] [--page]`: prints figures measured within one run; nothing here
 * passes or fails. Sections: throughput, cold-start, memory, profile (on the results page), pipeline, catalog, data-api, audit (by name).
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCluster } from '../support/cluster.ts';
import { audit } from './audit.ts';
import { catalog } from './catalog.ts';
import { coldStart } from './cold-start.ts';
import { compareWith } from './compare.ts';
import { dataApi } from './data-api.ts';
import type { Figures } from './figures.ts';
import { memory } from './memory.ts';
import { pageOf } from './page.ts';
import { pipeline } from './pipeline.ts';
import { profile } from './profile.ts';
import { throughput } from './throughput.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    compare: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const { quick } = values;
const ofPage = ['throughput', 'cold-start', 'memory', 'profile'];
const wants = (section: string) => (positionals.length === 0 ? ofPage : positionals).includes(section);
const baselineFile = resolve(import.meta.dirname, 'baseline.json');

async function stored(): Promise<Figures | undefined> {
  const text = await readFile(baselineFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** What others take of the processors' time in the second before anything is started here, of 1. */
async function shareOfOthers(): Promise<number> {
  const times = () =>
    cpus().map(({ times: { idle, ...worked } }) => [idle, Object.values(worked).reduce((sum, part) => sum + part, 0)]);
  const sum = (all: readonly (readonly number[])[], column: number) =>
    all.reduce((total, each) => total + (each[column] ?? 0), 0);
  const before = times();
  await sleep(1000);
  const after = times();
  const worked = sum(after, 1) - sum(before, 1);
  return worked / (worked + sum(after, 0) - sum(before, 0));
}

async function measure(): Promise<Figures> {
  const busy = await shareOfOthers();
  const cluster = await startCluster({ settings: { max_connections: '800', shared_buffers: '128MB' } });
  const [client, { pointQuery, seed }] = await Promise.all([import('pg'), import('./scenarios.ts')]);
  const { addressOf } = await import('./contender.ts');
  const connection = new client.default.Client({ ...addressOf(cluster), ssl: false });
  await connection.connect();
  await connection.query(seed);
  await connection.end();
  try {
    if (wants('pipeline')) await pipeline(cluster);
    if (wants('catalog')) await catalog(cluster, 3);
    if (wants('data-api')) await dataApi(cluster, 200);
    if (wants('audit')) await audit();
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, PostgreSQL 18`,
      quick,
      busy,
      coldStart: wants('cold-start') ? await coldStart(quick ? 7 : 61) : [],
      shares: wants('profile') ? await profile(cluster, pointQuery) : [],
      memory: wants('memory') ? await memory(cluster, quick ? 10 : 100) : [],
      rates: wants('throughput')
        ? await throughput(cluster, { quick, only: values.only, rounds: quick ? 3 : 5, seconds: quick ? 2 : 3 })
        : [],
    };
  } finally {
    await cluster.stop();
  }
}

/** What was not asked for stays as it was. */
async function keep(now: Figures, before: Figures | undefined): Promise<void> {
  const taken = now.rates.filter(({ ratio }) => Number.isFinite(ratio)); // without raw `pg` there is nothing to hold them against
  const fresh = new Set(taken.map(({ scenario }) => scenario));
  const isPart = quick || values.only !== '' || fresh.size === 0;
  const older = (before?.rates ?? []).filter(({ scenario }) => isPart && !fresh.has(scenario));
  const figures: Figures = {
    ...now,
    rates: [...taken, ...older],
    coldStart: now.coldStart.length === 0 ? (before?.coldStart ?? []) : now.coldStart,
    memory: now.memory.length === 0 ? (before?.memory ?? []) : now.memory,
    shares: now.shares.length === 0 ? (before?.shares ?? []) : now.shares,
  };
  await writeFile(baselineFile, `${JSON.stringify(figures, rounded, 2)}\n`);
  for (const [name, text] of pageOf(JSON.parse(JSON.stringify(figures, rounded)))) {
    const file = resolve(import.meta.dirname, '../../docs', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);

const before = await stored();
const now = await measure();
if (values.compare && before !== undefined) compareWith(before, now);
if (values.page) await keep(now, before);
