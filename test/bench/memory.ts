/** Resident memory: one process with 1, 100 and 1000 idle databases, against 100 processes with one each. */

import { passwordVariable, startServer, workspace } from '../support/product.ts';
import { residentMiB } from './process-figures.ts';
import { heading, table } from './report.ts';

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

/** Prints the figures; `processes` one-database processes are really started side by side. */
export async function memory(processes: number): Promise<void> {
  const rows: (readonly (string | number)[])[] = [['', 'RSS MiB', 'more than one']];
  let one = 0;
  let hundred = 0;
  for (const databases of [1, 100, 1000]) {
    const server = await serve(databases);
    if (databases === 1) one = server.resident;
    if (databases === 100) hundred = server.resident;
    rows.push([`one process, ${databases} idle databases`, server.resident, server.resident - one]);
    await server.end();
  }
  const fleet = [];
  for (let index = 0; index < processes; index++) fleet.push(await serve(1));
  const total = fleet.reduce((sum, server) => sum + server.resident, 0);
  for (const server of fleet) await server.end();
  rows.push([`${processes} processes, one database each`, total, total - one]);
  heading('memory');
  table(rows);
  table([[`one process with 100 databases against ${processes} processes: share of the memory`, hundred / total]]);
}
