/** stdio cold start: from spawn to the answer of `initialize`, against bare `node -e 0`. */

import { spawn } from 'node:child_process';
import { entry, workspace } from '../support/product.ts';
import { median } from './load.ts';
import { heading, table } from './report.ts';

const initialize = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
})}\n`;

/** Milliseconds until the process ends. */
function bareNode(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
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

export async function coldStart(runs: number): Promise<void> {
  const place = await workspace({
    config:
      'default_database: orders\nstdio: { principal: alice, roles: [analyst] }\ndatabases:\n  orders:\n    type: direct_postgres\n    hostname: localhost\n    database: orders\n    user: broker\n    password: { env: X }\n',
    policies: { 'orders.csv': 'p, analyst, orders, public.*, select, allow\n' },
  });
  const bare: number[] = [];
  const ours: number[] = [];
  for (let run = 0; run < runs; run++) {
    bare.push(await bareNode());
    ours.push(await toInitialize(place.config));
  }
  await place.remove();
  const [node, start] = [median(bare), median(ours)];
  heading(`stdio cold start, medians of ${runs}`);
  table([
    ['', 'ms', 'ratio'],
    ['node -e 0', node, 1],
    ['pgwarden: spawn to initialize', start, start / node],
    ['1.5 × bare + 150 ms', 1.5 * node + 150, (1.5 * node + 150) / node],
  ]);
}
