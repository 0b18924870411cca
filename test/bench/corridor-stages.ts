/** Run by pipeline.ts in a process of its own, bundled as the product is: CPU of each room of the corridor, in microseconds a call. */

import { openAuthorized } from '../../src/audit/audit-log.ts';
import { authorize } from '../../src/policy/authorize.ts';
import type { Permit } from '../../src/policy/permit.ts';
import type { Access } from '../../src/sql/access.ts';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { resolveReferences } from '../../src/sql/references/resolve-references.ts';
import { openStatement, type ParsedStatement } from '../../src/sql/statement.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { alice, aRequest, type Corridor, openCorridor } from '../support/corridor.ts';
import { memoryFiles } from '../support/memory-files.ts';

const join = (
  literal: string,
) => `SELECT o.id, o.placed_at, c.name, sum(i.quantity * i.price) AS total FROM public.bench_orders o
  JOIN public.bench_customers c ON c.id = o.customer_id JOIN public.bench_items i ON i.order_id = o.id
  WHERE o.placed_at >= now() - interval '30 days' AND c.country = '${literal}' GROUP BY 1, 2, 3 ORDER BY total DESC LIMIT 20`;

const point = 'SELECT id, customer_id, placed_at FROM public.bench_orders WHERE id = 7';

const nothing = {
  columns: [],
  rows: [],
  cut: 'none',
  bytes: 0,
  masked: [],
  backend: {},
  timings: { queue: 0, connect: 0, execute: 0 },
} as const;

const calls = 3000;

/** CPU of this process for each of `calls` calls, after half as many to warm up. */
async function cpuOf(call: (index: number) => Promise<unknown>): Promise<number> {
  for (let index = 0; index < calls / 2; index++) await call(index);
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index++) await call(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** What each room is given: made beforehand, so that only the room itself is measured. */
async function roomsOf({ parts }: Corridor, textOf: (index: number) => string) {
  const { databases, catalogs, decisionPoint, audit } = parts;
  const database = databases.resolve(undefined, alice);
  const { knows } = decisionPoint.visibility(alice, database.id);
  const parse = (index: number) => parseStatement(aRequest(textOf(index)), database);
  const statements: ParsedStatement[] = [];
  const accesses: Access[] = [];
  const permits: Permit[] = [];
  const at = <T>(list: readonly T[], index: number): T => {
    const item = list[index];
    if (item === undefined) throw new Error('a room was not given what it needs');
    return item;
  };
  const references = (index: number) => resolveReferences(at(statements, index), catalogs, knows);
  const decide = (index: number) => authorize(decisionPoint, at(statements, index), at(accesses, index), {});
  const record = async (index: number) => {
    const query = await audit.recordIntent(at(permits, index));
    await audit.recordOutcome(query, { ok: true, value: nothing });
  };
  const figures = { parse: await cpuOf(parse), references: 0, decision: 0, record: 0 };
  for (let index = 0; index < calls; index++) statements.push(await parse(index + calls));
  figures.references = await cpuOf(references);
  for (let index = 0; index < calls; index++) accesses.push(await references(index));
  figures.decision = await cpuOf(decide);
  for (let index = 0; index < calls; index++) permits.push(await decide(index));
  figures.record = await cpuOf(record);
  return figures;
}

const address: { host: '127.0.0.1'; port: number; user: string; password: string; database: string } = JSON.parse(
  process.argv[2] ?? '',
);
const corridor = await openCorridor({
  databases: [aDatabase(directConnection(address), { id: 'bench' })],
  policy: ['p, analyst, *, public.*, select, allow', 'p, analyst, *, public.bench_customers.email, select, deny'],
  audit: { files: memoryFiles() },
  replace: (real) => ({
    backends: {
      close: real.backends.close,
      execute: (query, signal) => {
        const statement = openStatement(openAuthorized(query).statement);
        const isReal = statement.fixed !== undefined || statement.sql === point;
        return isReal ? real.backends.execute(query, signal) : Promise.resolve(nothing);
      },
    },
  }),
});
await corridor.run(join('FR')); // loads parser, policy and catalog
let texts = 0;
const fresh = await roomsOf(corridor, () => join(`N${texts++}`));
const freshTotal = await cpuOf(() => corridor.run(join(`N${texts++}`)));
const repeated = await roomsOf(corridor, () => join('FR'));
const repeatedTotal = await cpuOf(() => corridor.run(join('FR')));
const withExchange = await cpuOf(() => corridor.run(point));
const withoutExchange = await cpuOf(() => corridor.run(point.replace('7', '8')));
await corridor.close();
const exchange = withExchange - withoutExchange;
process.stdout.write(
  JSON.stringify({ fresh, freshTotal, repeated, repeatedTotal, exchange, characters: join('FR').length }),
);
