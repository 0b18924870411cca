/** Resident memory: one process with 1, 100 and 1000 idle databases, against 100 processes with one each; large results. */

import type { Cluster } from '../support/cluster.ts';
import { passwordVariable, startServer, workspace } from '../support/product.ts';
import { addressOf } from './contender.ts';
import type { Memory } from './figures.ts';
import { load } from './load.ts';
import { pgwarden } from './pgwarden.ts';
import { peakMiB, residentMiB } from './process-figures.ts';
import { heading, table } from './report.ts';
import { tenMegabytes } from './scenarios.ts';

const database = (id: string) =>
  `  ${id}:\n    type: direct_postgres\n    hostname: localhost\n    database: ${id}\n    user: broker\n    password: { env: ${passwordVariable} }\n`;

async function serve(databases: number) {
  const ids = Array.from({ length: databases }, (_, index) => `db${index}`);
  const place = await workspace({
    config: `default_database: db0\nserver: { auth: { mode: none, roles: [analyst] } }\ndatabases:\n${ids.map(database).join('')}`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow\n' },
  });
  const server = await startServer(place.config, { [passwordVariable]: 'x' });
  await new Promise((later) => setTimeout(later, 1500)); // let the background warm-up end: there is no event for it outside the process
  return {
    resident: residentMiB(server.process.pid ?? 0),
    async end() {
      await server.stop('SIGKILL');
      await place.remove();
    },
  };
}

/** MiB that the process grows by while ten callers read 10 MB each at the same time, after it has done so once. */
async function growthByLargeResults(cluster: Cluster): Promise<number> {
  const callers = 10;
  const server = await pgwarden(addressOf(cluster), { callers, principals: 1, databases: 1 });
  await server.call(0, tenMegabytes());
  const before = residentMiB(server.pid);
  await load((caller) => server.call(caller, tenMegabytes()), callers, 5000);
  const peak = peakMiB(server.pid);
  await server.close();
  return peak - before;
}

/** Processes that are started at the same time. */
const together = 5;

/** Prints the figures; `processes` one-database processes are really started side by side. */
export async function memory(cluster: Cluster, processes: number): Promise<Memory[]> {
  const found: Memory[] = [];
  for (const databases of [1, 100, 1000]) {
    const server = await serve(databases);
    found.push({
      what: `one process, ${databases} idle database${databases === 1 ? '' : 's'}`,
      mebibytes: server.resident,
    });
    await server.end();
  }
  const fleet = [];
  for (let index = 0; index < processes; index += together)
    fleet.push(...(await Promise.all(Array.from({ length: together }, () => serve(1)))));
  const total = fleet.reduce((sum, server) => sum + server.resident, 0);
  for (const server of fleet) await server.end();
  found.push({ what: `${processes} processes, one idle database each`, mebibytes: total });
  found.push({ what: 'growth by ten results of 10 MB at once', mebibytes: await growthByLargeResults(cluster) });
  heading('memory');
  table([['', 'RSS MiB'], ...found.map(({ what, mebibytes }) => [what, mebibytes])]);
  return found;
}
