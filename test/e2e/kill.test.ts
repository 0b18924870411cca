/** kill -9 under load: nothing acknowledged is lost, the chain verifies, and every executed query has its intent. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSession } from '../support/mcp-http.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, entry, passwordVariable, startServer, type Workspace, workspace } from '../support/product.ts';

const rounds = Number(process.env['PGWARDEN_KILLS'] ?? (process.env['PGWARDEN_SOAK'] ? 1000 : 20));
const callers = 8;

let database: TestDatabase;
let place: Workspace;

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE public.numbers AS SELECT generate_series(1, 1000) AS id' });
  place = await workspace({
    config: [
      'default_database: one',
      'server: { auth: { mode: none, principal: alice, roles: [analyst] } }',
      'databases:',
      directDatabase('one', database),
      directDatabase('two', database),
    ].join('\n'),
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
});

afterAll(async () => {
  await database.drop();
  await place.remove();
});

interface Receipt {
  readonly origin: string;
  readonly seq: number;
  readonly leaf: string;
}

/**
 * Loads the server until it is killed, and gives back the receipts of all answers that arrived. The moment is
 * `milliseconds` after the first answer, or after the start for one round in four: before the first catalog is read, too.
 */
async function loadUntilKilled(milliseconds: number, early: boolean): Promise<Receipt[]> {
  const server = await startServer(place.config, { [passwordVariable]: database.password });
  const receipts: Receipt[] = [];
  const loop = async (caller: number) => {
    const session = await openSession(server.port);
    for (;;) {
      const text = await session.call('run_query', {
        sql: 'SELECT id FROM public.numbers WHERE id = 7',
        database_id: caller % 2 === 0 ? 'one' : 'two',
      });
      const receipt = text.match(/"pgwarden\/receipt":(\{[^}]*\})/)?.[1];
      if (receipt !== undefined) receipts.push(JSON.parse(receipt));
    }
  };
  const loops = Array.from({ length: callers }, (_, caller) => loop(caller).catch(() => undefined));
  if (!early) await vi.waitUntil(() => receipts.length > 0, { timeout: 30_000, interval: 1 });
  await new Promise((later) => setTimeout(later, milliseconds)); // the random moment itself
  await server.stop('SIGKILL');
  await Promise.all(loops);
  return receipts;
}

/** The leaf hash of every line of every log under the audit directory, by `<database>/<instance>#<seq>`. */
function leavesOnDisk(): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const path of readdirSync(place.auditDirectory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jsonl'),
  ))
    for (const line of readFileSync(join(place.auditDirectory, path), 'utf8').split('\n').filter(Boolean)) {
      const record: { seq: number } = JSON.parse(line);
      const leaf = createHash('sha256').update('\0').update(line).digest('hex');
      leaves.set(`${path.split('/').slice(0, -1).join('/')}#${record.seq}`, leaf);
    }
  return leaves;
}

test(
  `after ${rounds} kills no acknowledged record is missing and the log verifies in full`,
  async () => {
    const acknowledged: Receipt[] = [];
    let seed = Number(process.env['PGWARDEN_SEED'] ?? 20261123);
    console.log(`seed ${seed}`);
    for (let round = 0; round < rounds; round++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const random = seed >>> 8; // the low bits of such a generator repeat
      acknowledged.push(...(await loadUntilKilled(random % 250, random % 4 === 0)));
    }
    await (await startServer(place.config, { [passwordVariable]: database.password })).stop(); // a start puts on record what the last kill cut short
    const verify = spawnSync(process.execPath, [entry, 'audit', 'verify', '--full', '--config', place.config], {
      encoding: 'utf8',
    });
    console.log(verify.stdout);
    expect({ status: verify.status, said: verify.status === 0 ? '' : verify.stdout }).toEqual({ status: 0, said: '' });
    expect(acknowledged.length).toBeGreaterThan(rounds);
    const leaves = leavesOnDisk();
    const lost = acknowledged.filter(
      ({ origin, seq, leaf }) => leaves.get(`${origin.split('/').slice(-2).join('/')}#${seq}`) !== leaf,
    );
    expect(lost).toEqual([]);
  },
  rounds * 20_000,
);
