/** What the corridor itself costs: resolve, parse, references, policy and record building, without disk and database. */

import pg from 'pg';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import type { Cluster } from '../support/cluster.ts';
import { openCorridor } from '../support/corridor.ts';
import { memoryFiles } from '../support/memory-files.ts';
import { heading, table } from './report.ts';

const statement = (
  literal: string,
) => `SELECT o.id, o.placed_at, c.name, sum(i.quantity * i.price) AS total FROM public.bench_orders o
  JOIN public.bench_customers c ON c.id = o.customer_id JOIN public.bench_items i ON i.order_id = o.id
  WHERE o.placed_at >= now() - interval '30 days' AND c.country = '${literal}' GROUP BY 1, 2, 3 ORDER BY total DESC LIMIT 20`;

const seed = `CREATE TABLE public.bench_orders (id int, customer_id int, placed_at timestamptz);
  CREATE TABLE public.bench_customers (id int, name text, country text);
  CREATE TABLE public.bench_items (order_id int, quantity int, price numeric);`;

const nothing = {
  columns: [],
  rows: [],
  cut: 'none',
  bytes: 0,
  masked: [],
  backend: {},
  timings: { queue: 0, connect: 0, execute: 0 },
} as const;

/** CPU of this process, in microseconds a call. */
async function cpuOf(call: (index: number) => Promise<unknown>, calls: number): Promise<number> {
  for (let index = 0; index < calls / 2; index++) await call(index);
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index++) await call(calls + index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

export async function pipeline(cluster: Cluster): Promise<void> {
  const address = {
    host: cluster.host,
    port: cluster.port,
    user: cluster.superuser,
    password: cluster.password,
    database: 'postgres',
  };
  const client = new pg.Client({ ...address, ssl: false });
  await client.connect();
  await client.query(seed);
  const corridor = await openCorridor({
    databases: [aDatabase(directConnection(address), { id: 'bench' })],
    policy: ['p, analyst, *, public.*, select, allow', 'p, analyst, *, public.bench_customers.email, select, deny'],
    audit: { files: memoryFiles() },
    replace: (real) => ({
      backends: {
        close: real.backends.close,
        execute: (query, signal) =>
          openStatement(openAuthorized(query).statement).fixed === undefined
            ? Promise.resolve(nothing)
            : real.backends.execute(query, signal),
      },
    }),
  });
  await corridor.run(statement('FR')); // loads parser, policy and catalog
  const length = statement('FR').length;
  heading(`the corridor without disk and database, three-join query of ${length} characters, CPU a call`);
  table([
    ['', 'µs'],
    ['text never seen before', await cpuOf((index) => corridor.run(statement(`N${index}`)), 3000)],
    ['text repeated', await cpuOf(() => corridor.run(statement('FR')), 3000)],
  ]);
  await corridor.close();
  await client.query('DROP TABLE public.bench_orders, public.bench_customers, public.bench_items');
  await client.end();
}
