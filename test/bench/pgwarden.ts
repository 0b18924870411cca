/** pgwarden with everything on: identity, parse, column policy, durable audit; keys, policies and databases of its own. */

import { createHash } from 'node:crypto';
import { directDatabase, passwordVariable, startServer, workspace } from '../support/product.ts';
import type { Address, Contender, Crowd } from './contender.ts';
import { type Era, type McpCaller, mcpCaller } from './mcp-caller.ts';

const tokenOf = (principal: number) => `key-of-principal-${principal}`;
const keyOf = (principal: number) =>
  `{ principal: principal-${principal}, roles: [analyst], sha256: ${createHash('sha256').update(tokenOf(principal)).digest('hex')} }`;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);

/** One thousand databases with pools as large as one database's would be another product. */
function databasesOf(address: Address, { callers, databases }: Crowd): string {
  const connections = databases === 1 ? callers : 2;
  const more = [`pool: { max: ${connections} }`, `limits: { max_concurrency: ${callers} }`];
  return numbered(databases)
    .map((index) => directDatabase(`db${index}`, address, more))
    .join('\n');
}

export interface Variant {
  readonly name?: string;
  readonly era?: Era;
  readonly env?: Readonly<Record<string, string>>;
  /** Another build of the product. */
  readonly program?: string | undefined;
}

export async function pgwarden(
  address: Address,
  crowd: Crowd,
  { name = 'pgwarden', era = '2025-06-18', env = {}, program }: Variant = {},
): Promise<Contender> {
  const { callers, principals, databases } = crowd;
  const keys = numbered(principals).map(keyOf).join(', ');
  const place = await workspace({
    config: `default_database: db0\nserver: { auth: { mode: api_key, keys: [${keys}] } }\nlimits: { max_rows: 100000, max_bytes: 32MiB, statement_timeout: 60s, catalog_ttl: 1h }\npools: { max_connections_total: 200 }\ndatabases:\n${databasesOf(address, crowd)}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow\n' },
  });
  const server = await startServer(place.config, { [passwordVariable]: address.password, ...env }, [], program);
  const clients = await Promise.all(
    numbered(callers).map((caller) => mcpCaller({ port: server.port, token: tokenOf(caller % principals), era })),
  );
  if (databases > 1) await visitAll(clients, databases);
  return {
    name,
    pid: server.process.pid ?? 0,
    async call(caller, { sql, values }) {
      const database = databases === 1 ? {} : { database_id: `db${Math.floor(Math.random() * databases)}` };
      await clients[caller]?.call('run_query', { sql, query_parameters: values, ...database });
    },
    async close() {
      for (const client of clients) client.close();
      await server.stop();
      await place.remove();
    },
  };
}

/** The first call to a database reads its catalog: that is not what is measured. */
async function visitAll(clients: readonly McpCaller[], databases: number): Promise<void> {
  const left = numbered(databases).values();
  const visit = async (client: McpCaller) => {
    for (const index of left)
      await client.call('run_query', { sql: 'SELECT id FROM public.orders WHERE id = 1', database_id: `db${index}` });
  };
  await Promise.all(clients.map(visit));
}
