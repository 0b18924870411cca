/** What the corridor itself costs, room by room: parse, references, decision and records without a disk, the exchange without the server's part. */

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import pg from 'pg';
import type { Cluster } from '../support/cluster.ts';
import { heading, table } from './report.ts';

const seed = `CREATE TABLE public.bench_orders (id int, customer_id int, placed_at timestamptz);
  CREATE TABLE public.bench_customers (id int, name text, country text);
  CREATE TABLE public.bench_items (order_id int, quantity int, price numeric);`;

interface Rooms {
  readonly parse: number;
  readonly references: number;
  readonly decision: number;
  readonly record: number;
}

interface Stages {
  readonly fresh: Rooms;
  readonly freshTotal: number;
  readonly repeated: Rooms;
  readonly repeatedTotal: number;
  readonly exchange: number;
  readonly characters: number;
}

/** As build.mjs bundles the product: what runs TypeScript directly wraps every function, and would be measured with it. */
async function bundled(): Promise<string> {
  const outdir = resolve('.cache/bench');
  await build({
    entryPoints: {
      'corridor-stages': resolve(import.meta.dirname, 'corridor-stages.ts'),
      'sql-reader': resolve(import.meta.dirname, '../../src/sql/reader/worker.ts'),
    },
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return resolve(outdir, 'corridor-stages.js');
}

async function measure(address: object): Promise<Stages> {
  const file = await bundled();
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(address)]);
  return JSON.parse(stdout);
}

const row = (name: string, { parse, references, decision, record }: Rooms, total: number) => [
  name,
  parse,
  references,
  decision,
  parse + references + decision,
  record,
  total,
];

export async function pipeline(cluster: Cluster): Promise<void> {
  const { host, port, superuser: user, password } = cluster;
  const address = { host, port, user, password, database: 'postgres' };
  const client = new pg.Client({ ...address, ssl: false });
  await client.connect();
  await client.query(seed);
  const { fresh, freshTotal, repeated, repeatedTotal, exchange, characters } = await measure(address).finally(() =>
    client.query('DROP TABLE public.bench_orders, public.bench_customers, public.bench_items').then(() => client.end()),
  );
  heading(`the corridor room by room, three-join query of ${characters} characters, µs of CPU a call, no disk`);
  table([
    ['', 'parse', 'references', 'decision', 'together', 'record', 'whole corridor'],
    row('text never seen before', fresh, freshTotal),
    row('text repeated', repeated, repeatedTotal),
  ]);
  heading("the exchange of a point query beside it, µs of the broker's CPU a call");
  table([['one caller', exchange]]);
}
