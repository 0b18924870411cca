/** What a query over the Data API costs: requests, CPU of this process, and the reading of a large answer. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createBackends } from '../../src/backends/backends.ts';
import { readLines } from '../../src/backends/rds-data/cells.ts';
import type { RdsDataApiConnection } from '../../src/model/database.ts';
import { aDatabase, authorizedQuery, readTestSecret } from '../support/authorized.ts';
import type { Cluster } from '../support/cluster.ts';
import { emulatorEnvironment } from '../support/rds-emulator/emulated.ts';
import { heading, table } from './report.ts';

async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  const answer = once(child, 'message');
  child.send(question);
  const [message] = await answer;
  return message as T;
}

const noAbort = new AbortController().signal;
const wide = `SELECT ${Array.from({ length: 10 }, (_, index) => `'value ' || (i * ${index + 1}) AS c${index}`).join(', ')} FROM generate_series(1, 1000) AS i`;

/** `calls`: queries measured in each row. */
export async function dataApi({ host, port, superuser: user, password }: Cluster, calls: number): Promise<void> {
  Object.assign(process.env, emulatorEnvironment);
  const child = fork(resolve(import.meta.dirname, 'emulator-process.ts'), { execArgv: ['--import', 'tsx'] });
  const server = { host, port, user, password, database: 'postgres' };
  const { connection } = await ask<{ connection: RdsDataApiConnection }>(child, { server });
  const database = aDatabase(connection, { limits: { maxConcurrency: 16 } });
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const requests = async () => (await ask<{ calls: number }>(child, {})).calls;

  const measure = async (sql: string, values: readonly string[] = []) => {
    const run = () => backends.execute(authorizedQuery({ database, sql, values }), noAbort);
    for (let warm = 0; warm < 20; warm++) await run();
    await new Promise((done) => setTimeout(done, 200)); // the last rollbacks
    const [before, cpu, started] = [await requests(), process.cpuUsage(), performance.now()];
    for (let call = 0; call < calls; call++) await run();
    const used = process.cpuUsage(cpu);
    const elapsed = performance.now() - started;
    await new Promise((done) => setTimeout(done, 200));
    return [((await requests()) - before) / calls, (used.user + used.system) / 1000 / calls, elapsed / calls];
  };

  heading(`RDS Data API (emulator in another process), one caller, ${calls} calls`);
  table([
    ['', 'HTTP requests', 'CPU ms', 'ms'],
    ['point query', ...(await measure('SELECT 1 AS one'))],
    ['point query with a parameter', ...(await measure('SELECT $1::int + $2 AS sum', ['1', '2']))],
    ['1000 rows of 10 columns', ...(await measure(wide))],
  ]);
  await backends.close();
  child.kill();
  decoding();
}

/** The service's own form costs the SDK a field for each cell; the envelope costs it one for each row. */
function decoding(): void {
  const line = `(${Array.from({ length: 10 }, (_, index) => `"value ${index}"`).join(',')})`;
  const records = [
    [{ stringValue: '25,25,25,25,25,25,25,25,25,25' }],
    ...Array.from({ length: 1000 }, () => [{ stringValue: line }]),
  ];
  for (let warm = 0; warm < 50; warm++) readLines(records, 10);
  const cpu = process.cpuUsage();
  for (let round = 0; round < 100; round++) readLines(records, 10);
  const { user, system } = process.cpuUsage(cpu);
  table([['taking 1000 lines of 10 columns apart, CPU ms', (user + system) / 1000 / 100]]);
}
