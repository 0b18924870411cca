/** stdio cold start: from spawn to the answer of `initialize`, and `--help`, against bare `node -e 0`. */

import { spawn } from 'node:child_process';
import { entry, workspace } from '../support/product.ts';
import type { ColdStart } from './figures.ts';
import { median } from './load.ts';
import { heading, table } from './report.ts';

const initialize = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
})}\n`;

/** Milliseconds until the process ends. */
function toEnd(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', () => resolve(performance.now() - start)));
}

/** Milliseconds until the first line on stdout. */
function toInitialize(config: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [entry, '--config', config], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.write(initialize);
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('pgwarden ended before it answered')));
    child.stdout.once('data', () => {
      resolve(performance.now() - start);
      child.kill('SIGKILL');
    });
  });
}

export async function coldStart(runs: number): Promise<ColdStart[]> {
  const place = await workspace({
    config:
      'default_database: orders\nstdio: { principal: alice, roles: [analyst] }\ndatabases:\n  orders:\n    type: direct_postgres\n    hostname: localhost\n    database: orders\n    user: broker\n    password: { env: X }\n',
    policies: { 'orders.csv': 'p, analyst, orders, public.*, select, allow\n' },
  });
  const starts = [
    { what: 'node -e 0', start: () => toEnd(['-e', '0']), took: [] as number[] },
    { what: 'pgwarden --help', start: () => toEnd([entry, '--help']), took: [] as number[] },
    { what: 'pgwarden over stdio, to initialize', start: () => toInitialize(place.config), took: [] as number[] },
  ];
  for (let run = 0; run < runs; run++) for (const { start, took } of starts) took.push(await start());
  await place.remove();
  const bare = median(starts[0]?.took ?? []);
  const found = starts.map(({ what, took }) => ({ what, milliseconds: median(took), ratio: median(took) / bare }));
  heading(`cold start, medians of ${runs}`);
  table([['', 'ms', 'ratio'], ...found.map(({ what, milliseconds, ratio }) => [what, milliseconds, ratio])]);
  return found;
}
