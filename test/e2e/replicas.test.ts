/** Two replicas on one configuration behind a balancer: a change is acknowledged by both, and a killed one loses nothing it acknowledged. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { freePort } from '../support/cluster.ts';
import { connectClient } from '../support/mcp-client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  directDatabase,
  passwordVariable,
  type RunningServer,
  startServer,
  type Workspace,
  workspace,
} from '../support/product.ts';

const permits = 'p, analyst, *, public.*, select, allow\n';
const sql = 'SELECT id FROM fruits';

let database: TestDatabase;
let place: Workspace;
let replicas: RunningServer[];
/** The same configuration but for the operators' address: on one machine two processes cannot share it. */
let files: string[];
const admins: string[] = [];

/** Hands each request to the next replica; one that refuses the connection is passed over, as a health check would do. */
const balancer = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => pass(replicas.length));
  function pass(left: number): void {
    turn += 1;
    const { port } = replicas[turn % replicas.length] ?? { port: 0 };
    const { method, url, headers } = incoming;
    const upstream = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && left > 1) return pass(left - 1);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    upstream.end(Buffer.concat(chunks));
  }
});
let turn = 0;

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE public.fruits AS SELECT 1 AS id' });
  const port = await freePort();
  const config = (admin: string) => `replicas: 2
server:
  admin_listen: "${admin}"
  allowed_hosts: ["127.0.0.1:${port}"]
  sessions: stateless
  auth: { mode: none, principal: alice, roles: [analyst] }
pools: { max_connections_total: 21, max: 7 }
default_database: main
databases:\n${directDatabase('main', database)}\n`;
  for (let replica = 0; replica < 2; replica++) admins.push(`127.0.0.1:${await freePort()}`);
  place = await workspace({ config: config(admins[0] ?? ''), policies: { 'default.csv': permits } });
  files = [place.config, join(place.directory, 'second.yaml')];
  await writeFile(files[1] ?? '', config(admins[1] ?? ''));
  replicas = await Promise.all(files.map((file) => startServer(file, { [passwordVariable]: database.password })));
  await new Promise<void>((listening) => balancer.listen(port, '127.0.0.1', listening));
});

afterAll(async () => {
  balancer.closeAllConnections();
  balancer.close();
  await Promise.all((replicas ?? []).map((replica) => replica.stop('SIGKILL')));
  await place?.remove();
  await database?.drop();
});

function client() {
  const address = balancer.address();
  return connectClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`);
}

/** What an operator does on every replica, and the digest of what is in force there then. */
async function reloadAll(): Promise<string[]> {
  const answers = await Promise.all(files.map((file) => runCli(['reload', '--config', file, '--json'])));
  for (const { code, stderr } of answers) expect([code, stderr]).toEqual([0, '']);
  return answers.map(({ stdout }) => JSON.parse(stdout).policies);
}

test('budgets are divided: each replica holds its share of the connections', async () => {
  const totals = await Promise.all(
    admins.map(async (admin) => JSON.parse(await (await fetch(`http://${admin}/status`)).text()).connections.total),
  );
  expect(totals).toEqual([10, 10]);
});

test('a policy change is effective on every replica before the first call after its acknowledgement', async () => {
  const calling = await client();
  for (let round = 0; round < 2; round++) {
    await writeFile(join(place.directory, 'policies/default.csv'), `${permits}p, *, *, public.fruits, select, deny\n`);
    const [one, other] = await reloadAll();
    expect(one).toBe(other);
    for (let call = 0; call < 4; call++)
      expect((await calling.call('run_query', { sql })).code).toBe('NAME_NOT_AVAILABLE');
    await writeFile(join(place.directory, 'policies/default.csv'), permits);
    expect(await reloadAll()).not.toContain(one);
    for (let call = 0; call < 4; call++) expect((await calling.call('run_query', { sql })).code).toBeUndefined();
  }
  await writeFile(join(place.directory, 'policies/default.csv'), 'p, analyst, *, public.*, selekt, allow\n');
  const refused = await runCli(['reload', '--config', files[0] ?? '']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('stays in force') });
  await writeFile(join(place.directory, 'policies/default.csv'), permits);
  await reloadAll();
  await calling.close();
});

test('a replica killed under load loses no record it acknowledged; the other goes on; one verification reads both logs', async () => {
  const receipts: { origin: string; seq: number; leaf: string }[] = [];
  const seen = () => new Set(receipts.map(({ origin }) => origin)).size;
  let loading = true;
  const clients = await Promise.all(Array.from({ length: 6 }, client));
  const loads = clients.map(async (one) => {
    while (loading) {
      const answer = await one.call('run_query', { sql }).catch(() => undefined); // cut off in the middle
      const receipt = answer?.meta['pgwarden/receipt'];
      if (receipt !== undefined) receipts.push(JSON.parse(JSON.stringify(receipt)));
    }
  });
  await vi.waitFor(() => expect([receipts.length > 40, seen()]).toEqual([true, 2]), { timeout: 20_000, interval: 10 });
  await replicas[0]?.stop('SIGKILL');
  const killedAt = receipts.length;
  await vi.waitFor(() => expect(receipts.length).toBeGreaterThan(killedAt + 20), { timeout: 20_000, interval: 10 });
  loading = false;
  await Promise.all(loads);
  await Promise.all(clients.map((one) => one.close()));
  const leaves = leavesOnDisk();
  expect(receipts.filter(({ leaf }) => !leaves.has(leaf))).toEqual([]);
  const verified = await runCli(['audit', 'verify', '--full', '--directory', place.auditDirectory]);
  const found = verified.stdout.split('\n').filter((line) => line.includes('FINDING'));
  // it may have died in the middle of calls, which only its next start can settle
  expect(found.filter((line) => !line.includes('FINDING unanswered'))).toEqual([]);
  expect(verified.code).toBe(found.length === 0 ? 0 : 1);
});

/** The leaf of every record in the logs of all instances. */
function leavesOnDisk(): Set<string> {
  const lines = readdirSync(place.auditDirectory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(join(place.auditDirectory, path), 'utf8').split('\n').filter(Boolean));
  return new Set(lines.map((line) => createHash('sha256').update('\0').update(line).digest('hex')));
}
