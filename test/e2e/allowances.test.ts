/** What a principal may use up, on the running product: refused with a time, on record, and nobody else's loss. */

import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { connectClient } from '../support/mcp-client.ts';
import { testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, startServer, workspace } from '../support/product.ts';

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const key = (principal: string) => `{ principal: ${principal}, roles: [analyst], sha256: ${sha256(principal)} }`;

test('a principal that has used up its calls is refused with a time; its neighbour and the catalog are not', async () => {
  const database = await testDatabase({ seed: 'CREATE TABLE public.fruits AS SELECT 1 AS id' });
  const place = await workspace({
    config: `server: { auth: { mode: api_key, keys: [${key('alice')}, ${key('bob')}] } }
limits: { per_principal: { window: 1h, calls: 2 } }
databases:\n${directDatabase('main', database)}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  const server = await startServer(place.config, { [passwordVariable]: database.password });
  const alice = await connectClient(server.url, 'alice');
  const bob = await connectClient(server.url, 'bob');
  onTestFinished(async () => {
    await Promise.all([alice.close(), bob.close()]);
    await server.stop('SIGKILL');
    await place.remove();
    await database.drop();
  });
  const sql = 'SELECT id FROM fruits';
  const codes = [];
  for (const client of [alice, alice, alice, bob]) codes.push((await client.call('run_query', { sql })).code);
  expect(codes).toEqual([undefined, undefined, 'LIMIT_EXCEEDED', undefined]);
  const { structured, meta } = await alice.call('run_query', { sql });
  expect(JSON.stringify(structured)).toMatch(/Try again in \d+ s\./);
  expect(meta).toBeDefined();
});
