/** Calls per second over HTTP with everything on, against raw `pg` for the same statement, interleaved in one run. */

import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Cluster } from '../support/cluster.ts';
import { openSession } from '../support/mcp-http.ts';
import { directDatabase, passwordVariable, startServer, workspace } from '../support/product.ts';
import { type LoadFigures, load, median } from './load.ts';
import { cpuMilliseconds, residentMiB } from './process-figures.ts';
import { heading, table } from './report.ts';

interface Statement {
  readonly sql: string;
  readonly values: readonly number[];
}

const someOrder = () => 1 + Math.floor(Math.random() * 20_000);
let texts = 0;

const statements: Readonly<Record<string, () => Statement>> = {
  'point query': () => ({
    sql: 'SELECT id, customer_id, total FROM public.orders WHERE id = $1',
    values: [someOrder()],
  }),
  'point query, a text never seen before': () => ({
    sql: `SELECT id, customer_id, total AS total_${texts++} FROM public.orders WHERE id = ${someOrder()}`,
    values: [],
  }),
  '1000 rows': () => ({
    sql: 'SELECT id, customer_id, total, placed_at FROM public.orders ORDER BY id LIMIT 1000',
    values: [],
  }),
};

const seed = `
  CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, total numeric(10,2) NOT NULL, placed_at timestamptz NOT NULL);
  INSERT INTO public.orders SELECT i, i % 100, i * 1.25, '2026-01-01'::timestamptz + i * interval '1 minute' FROM generate_series(1, 20000) i;
  ANALYZE public.orders;`;

interface Contender {
  readonly name: string;
  readonly call: (caller: number) => Promise<void>;
  /** Process whose CPU is counted beside the load generator's own. */
  readonly pid: number;
}

export interface Run {
  readonly callers: number;
  /** Principals among whom the callers are dealt out, each with a key of its own. */
  readonly principals: number;
  readonly rounds: number;
  /** Length of one round. */
  readonly seconds: number;
}

const tokenOf = (principal: number) => `key-of-principal-${principal}`;
const keyOf = (principal: number) =>
  `{ principal: principal-${principal}, roles: [analyst], sha256: ${createHash('sha256').update(tokenOf(principal)).digest('hex')} }`;

/** Prints the ratios. */
export async function throughput(cluster: Cluster, run: Run): Promise<void> {
  const { callers, principals } = run;
  const address = {
    host: cluster.host,
    port: cluster.port,
    user: cluster.superuser,
    password: cluster.password,
    database: 'postgres',
  };
  const pool = new pg.Pool({ ...address, ssl: false, max: callers });
  await pool.query(seed);
  const place = await workspace({
    config: `default_database: orders\nserver: { auth: { mode: api_key, keys: [${Array.from({ length: principals }, (_, index) => keyOf(index)).join(', ')}] } }\nlimits: { max_rows: 1000, max_bytes: 4MiB }\ndatabases:\n${directDatabase('orders', address, [`pool: { max: ${callers} }`, `limits: { max_concurrency: ${callers} }`])}\n`,
    policies: { 'orders.csv': 'p, analyst, orders, public.*, select, allow\n' },
  });
  const server = await startServer(place.config, { [passwordVariable]: cluster.password });
  const sessions = await Promise.all(
    Array.from({ length: callers }, (_, caller) => openSession(server.port, tokenOf(caller % principals))),
  );
  for (const [name, next] of Object.entries(statements)) {
    const contenders: Contender[] = [
      {
        name: 'raw pg',
        pid: process.pid,
        call: async () => {
          const { sql, values } = next();
          await pool.query(sql, [...values]);
        },
      },
      {
        name: 'pgwarden',
        pid: server.process.pid ?? 0,
        call: async (caller) => {
          const { sql, values } = next();
          await sessions[caller]?.call('run_query', { sql, query_parameters: values });
        },
      },
    ];
    await compare(name, contenders, run);
  }
  table([['server RSS after load (MiB)', residentMiB(server.process.pid ?? 0)]]);
  for (const session of sessions) session.close();
  await server.stop();
  await pool.query('DROP TABLE public.orders');
  await pool.end();
  await place.remove();
}

/**
 * Four seconds, and on until ten thousand calls or twenty seconds: until then a good part of a process's CPU is the
 * compiler's, on threads of its own.
 */
async function warmUp({ call }: Contender, callers: number): Promise<void> {
  let calls = 0;
  for (let part = 0; part < 5 && (part === 0 || calls < 10_000); part++)
    calls += (await load(call, callers, 4000)).calls;
}

async function compare(name: string, contenders: readonly Contender[], { callers, principals, rounds, seconds }: Run) {
  for (const contender of contenders) await warmUp(contender, callers);
  const figures = new Map(
    contenders.map((contender) => [contender.name, { runs: [] as LoadFigures[], cpu: [] as number[] }]),
  );
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) {
      const before = cpuMilliseconds(contender.pid);
      const run = await load(contender.call, callers, seconds * 1000);
      figures.get(contender.name)?.runs.push(run);
      figures.get(contender.name)?.cpu.push((cpuMilliseconds(contender.pid) - before) / run.calls);
    }
  const raw = median(figures.get('raw pg')?.runs.map((run) => run.callsPerSecond) ?? []);
  heading(`${name}, ${callers} clients of ${principals} principals, ${rounds} rounds of ${seconds} s`);
  table([
    ['', 'calls/s', 'ratio', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU ms/call'],
    ...[...figures].map(([contender, { runs, cpu }]) => {
      const rate = median(runs.map((run) => run.callsPerSecond));
      return [
        contender,
        rate,
        rate / raw,
        median(runs.map((r) => r.p50)),
        median(runs.map((r) => r.p99)),
        median(runs.map((r) => r.p999)),
        median(cpu),
      ];
    }),
  ]);
}
