/** What a cold catalog costs: 10 000 relations of 20 columns, read over loopback through the corridor, records included. */

import pg from 'pg';
import { aDatabase, directConnection } from '../support/authorized.ts';
import type { Cluster } from '../support/cluster.ts';
import { openCorridor } from '../support/corridor.ts';
import { memoryFiles } from '../support/memory-files.ts';
import { median } from './load.ts';
import { heading, table } from './report.ts';

const relations = 10_000;
const columns = Array.from({ length: 20 }, (_, index) => `column_${index} int`).join(', ');

async function makeRelations(client: pg.Client): Promise<void> {
  await client.query('CREATE TABLE public.bench_one (id int)');
  for (let from = 0; from < relations; from += 500)
    await client.query(
      Array.from({ length: 500 }, (_, index) => `CREATE TABLE public.wide_${from + index} (${columns})`).join(';'),
    );
}

/** Seconds of the first call of a fresh corridor, and of one that finds the catalog there. */
async function firstCall(connection: Parameters<typeof directConnection>[0]): Promise<readonly [number, number]> {
  const corridor = await openCorridor({
    databases: [aDatabase(directConnection(connection), { id: 'bench' })],
    policy: ['p, analyst, *, public.*, select, allow'],
    audit: { files: memoryFiles() },
  });
  const timed = async () => {
    const start = performance.now();
    await corridor.run('SELECT id FROM public.bench_one');
    return (performance.now() - start) / 1000;
  };
  const seconds = [await timed(), await timed()] as const;
  await corridor.close();
  return seconds;
}

/** Prints the medians of `rounds` rounds. */
export async function catalog(cluster: Cluster, rounds: number): Promise<void> {
  const { host, port, superuser: user, password } = cluster;
  const owner = new pg.Client({ host, port, user, password, database: 'postgres', ssl: false });
  await owner.connect();
  await owner.query('CREATE DATABASE bench_catalog');
  const client = new pg.Client({ host, port, user, password, database: 'bench_catalog', ssl: false });
  await client.connect();
  await makeRelations(client);
  const address = { host, port, user, password, database: 'bench_catalog' };
  const seconds = [];
  for (let round = 0; round < rounds; round += 1) seconds.push(await firstCall(address));
  heading(`a catalog of ${relations} relations × 20 columns, medians of ${rounds}`);
  table([
    ['', 's'],
    ['first call, which reads the catalog', median(seconds.map(([first]) => first))],
    ['second call', median(seconds.map(([, second]) => second))],
  ]);
  await client.end();
  await owner.query('DROP DATABASE bench_catalog');
  await owner.end();
}
