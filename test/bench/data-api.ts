/** What a query over the Data API costs: requests, CPU of this process, and the reading of a large answer. */

import { type ChildProcess, fork } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createBackends } from '../../src/backends/backends.ts';
import { readLines } from '../../src/backends/rds-data/cells.ts';
import type { Database, RdsDataApiConnection } from '../../src/model/database.ts';
import { aDatabase, authorizedQuery, readTestSecret } from '../support/authorized.ts';
import type { Cluster } from '../support/cluster.ts';
import { emulatorEnvironment } from '../support/rds-emulator/emulated.ts';
import type { BenchOrder, Sickness } from './emulator-process.ts';
import { load } from './load.ts';
import { heading, table } from './report.ts';

async function ask<T>(child: ChildProcess, question: BenchOrder): Promise<T> {
  const answer = once(child, 'message');
  child.send(question);
  const [message] = await answer;
  return message as T;
}

/** Databases of the fault run. */
const fleet = 20;

const sicknesses: readonly (readonly [string, Sickness])[] = [
  ['none (the base)', 'none'],
  ['none again (the noise)', 'none'],
  ['internal errors', { kind: 'error', code: 'InternalServerErrorException' }],
  ['throttled', { kind: 'error', code: 'ThrottlingException' }],
  ['waking up', { kind: 'error', code: 'DatabaseResumingException' }],
  ['no answer', 'silence'],
];

/** What nineteen databases feel of the twentieth: one caller each, and four at the sick one. */
async function oneSick(
  connections: readonly RdsDataApiConnection[],
  befall: (sick: Sickness) => Promise<unknown>,
): Promise<void> {
  const rows: (readonly (string | number)[])[] = [['one of them', 'p50 ms of the others', 'p99 ms', 'p99 to base']];
  let base = Number.NaN;
  for (const [name, sick] of sicknesses) {
    const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
    const databases = connections.map((connection, index) => aDatabase(connection, { id: `bench${index}` }));
    const run = (database: Database | undefined, signal = noAbort) =>
      database === undefined
        ? Promise.resolve(undefined)
        : backends.execute(authorizedQuery({ database, sql: 'SELECT 1 AS one' }), signal).catch(() => undefined);
    await Promise.all(databases.map((database) => run(database)));
    await befall(sick);
    const end = new AbortController();
    setMaxListeners(0, end.signal); // four loops hold it at once
    const atSick = Array.from({ length: 4 }, async () => {
      while (!end.signal.aborted) {
        await run(databases[0], end.signal);
        await pause(5); // an open breaker answers at once, and would leave nobody else a turn
      }
    });
    const { p50, p99 } = await load(async (caller) => void (await run(databases[caller + 1])), fleet - 1, 2000);
    if (Number.isNaN(base)) base = p99;
    rows.push([name, p50, p99, p99 / base]);
    end.abort();
    await befall('none');
    await Promise.all(atSick);
    await backends.close();
  }
  heading(`RDS Data API, ${fleet} databases, one of them sick`);
  table(rows);
}

const noAbort = new AbortController().signal;
setMaxListeners(0, noAbort); // all callers hold it
const wide = `SELECT ${Array.from({ length: 10 }, (_, index) => `'value ' || (i * ${index + 1}) AS c${index}`).join(', ')} FROM generate_series(1, 1000) AS i`;

/** `calls`: queries measured in each row. */
export async function dataApi({ host, port, superuser: user, password }: Cluster, calls: number): Promise<void> {
  Object.assign(process.env, emulatorEnvironment);
  const child = fork(resolve(import.meta.dirname, 'emulator-process.ts'), { execArgv: ['--import', 'tsx'] });
  const server = { host, port, user, password, database: 'postgres' };
  const made = await ask<{ connections: readonly RdsDataApiConnection[] }>(child, { server, databases: fleet });
  const [connection] = made.connections;
  if (connection === undefined) throw new Error('the emulator made no database');
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
  await oneSick(made.connections, (sick) => ask(child, { sick }));
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
