/** Every tool of the table, however its call ends, leaves the right records; a new tool fails here until it says what it reaches. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { Failure } from '../../src/model/errors.ts';
import { type Principal, systemPrincipal } from '../../src/model/principal.ts';
import { toolTable } from '../../src/tools/tool-table.ts';
import { createToolbox, type Toolbox } from '../../src/tools/toolbox.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { alice, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

/** What a call of the tool reaches behind the gates: a database, the catalog that was read before, or neither. */
type Reach = 'database' | 'catalog' | 'nothing';

interface Shape {
  readonly reach: Reach;
  readonly args?: Readonly<Record<string, unknown>>;
  /** The argument that holds SQL. */
  readonly sql?: string;
}

const select = 'SELECT id FROM public.fruits';
const shapes: Readonly<Record<string, Shape>> = {
  run_query: { reach: 'database', args: { sql: select }, sql: 'sql' },
  get_table_schema: { reach: 'database', args: { table_name: 'fruits' } },
  list_databases: { reach: 'nothing' },
  list_schemas: { reach: 'catalog' },
  list_tables: { reach: 'catalog' },
  explain_query: { reach: 'database', args: { sql: select }, sql: 'sql' },
  check_access: { reach: 'nothing', args: { sql: select }, sql: 'sql' },
  get_database_info: { reach: 'database' },
  health_check: { reach: 'database' },
  execute_statement: {
    reach: 'database',
    args: { sql: 'UPDATE public.fruits SET id = id', database_id: 'writable' },
    sql: 'sql',
  },
  run_query_on_databases: { reach: 'database', args: { sql: select, database_ids: ['main'] }, sql: 'sql' },
  analyze_database_structure: { reach: 'database' },
  show_postgresql_settings: { reach: 'database' },
  identify_slow_queries: { reach: 'database' },
  analyze_table_fragmentation: { reach: 'database' },
  analyze_query_performance: { reach: 'database', args: { query: select }, sql: 'query' },
  analyze_vacuum_stats: { reach: 'database' },
  recommend_indexes: { reach: 'database', args: { query: select }, sql: 'query' },
};

type End = 'runs' | 'fails' | 'times out' | 'is cancelled' | 'loses its client';

let database: TestDatabase;
let corridor: Corridor;
let toolbox: Toolbox;
/** How the next statements of callers end at the server, and what ends them. */
let end: End = 'runs';
let stop = new AbortController();

/** The real backend; what the broker reads for itself is never disturbed. */
function disturbed(real: Backend): Backend {
  return {
    close: real.close,
    async execute(query, signal) {
      if (openAuthorized(query).request.call.principal === systemPrincipal) return real.execute(query, signal);
      if (end === 'fails') throw new Failure('BACKEND_QUERY_FAILED', 'broken', { sqlstate: 'XX000' });
      if (end === 'times out') throw new Failure('BACKEND_TIMEOUT', 'too slow');
      if (end === 'is cancelled') stop.abort();
      const running = real.execute(query, signal);
      if (end === 'loses its client') stop.abort();
      return running;
    },
  };
}

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE public.fruits AS SELECT 1 AS id' });
  const connection = directConnection(database);
  corridor = await openCorridor({
    databases: [aDatabase(connection, { id: 'main' }), aDatabase(connection, { id: 'writable', readonly: false })],
    policy: [
      'p, analyst, *, **, select, allow',
      'p, analyst, *, @introspection, select, allow',
      'p, analyst, *, @statistics, select, allow',
      'p, analyst, *, public.*, update, allow',
    ],
    replace: (real) => ({ backends: disturbed(real.backends) }),
  });
  toolbox = createToolbox({ parts: { ...corridor.parts, broker: corridor.broker } });
  for (const id of ['main', 'writable']) await call('list_tables', { database_id: id });
});
afterAll(async () => {
  await corridor?.close();
  await database?.drop();
});

const entry = z.object({
  type: z.string(),
  call: z.string().optional(),
  cause: z.string().optional(),
  final: z.boolean().optional(),
  st: z.string().optional(),
  rows: z.number().optional(),
  err: z.object({ code: z.string() }).optional(),
  mcp: z.object({ tool: z.string() }).optional(),
  principal: z.object({ id: z.string() }).optional(),
  decision: z.object({ eff: z.string(), code: z.string().optional() }).optional(),
});

/** Calls a tool; resolves with what it answered, and with what the call, and the calls it caused, left on record. */
async function call(name: string, args: unknown, principal: Principal = alice, how: End = 'runs') {
  end = how;
  stop = new AbortController();
  const id = randomUUID();
  const context = { id, tool: name, principal, client: {}, transport: 'stdio' } as const;
  const answer = await toolbox.call(name, args, { call: context, signal: stop.signal });
  end = 'runs';
  const logs = await Promise.all(['main', 'writable', '_broker'].map((log) => corridor.records(log)));
  const records = z.array(entry).parse(logs.flat());
  const intents = records.filter(({ type, call: own, cause }) => type === 'intent' && (own === id || cause === id));
  const calls = new Set(intents.map((intent) => intent.call));
  const outcomes = records.filter(({ type, call: own }) => type === 'outcome' && calls.has(own));
  return { answer, intents, outcomes };
}

type Left = Awaited<ReturnType<typeof call>>;

/** What holds however a call ends: it is on record under its tool and its caller, and what was permitted has one outcome. */
function holds(name: string, principal: string, { intents, outcomes }: Left): void {
  expect(intents.map(({ mcp }) => mcp?.tool)).toContain(name);
  expect(intents.map((intent) => intent.principal?.id)).toContain(principal);
  const permitted = intents.filter(({ final }) => final !== true);
  expect(outcomes.map(({ call: id }) => id).sort()).toEqual(permitted.map(({ call: id }) => id).sort());
  for (const { decision, final } of intents) expect(decision?.eff).toBe(final === true ? 'deny' : 'allow');
}

const mallory: Principal = { ...alice, id: 'mallory', roles: [] };

test('every tool of the table is here, and no other', () => {
  expect(Object.keys(shapes)).toEqual(toolTable.map(({ name }) => name));
});

describe.each(toolTable.map(({ name }) => name))('%s', (name) => {
  const { reach, args = {}, sql } = shapes[name] ?? { reach: 'nothing' };

  test('that is permitted leaves an intent and how it ended', async () => {
    const left = await call(name, args);
    expect(left.answer.isError === true, JSON.stringify(left.answer.content)).toBe(false);
    holds(name, 'alice', left);
    expect(left.intents.every(({ final }) => final !== true)).toBe(true);
    expect(left.outcomes.at(-1)?.st).toBe(name === 'check_access' ? 'not_executed' : 'ok');
  });

  test('that is not permitted leaves a refusal, or an empty listing', async () => {
    const left = await call(name, args, mallory);
    holds(name, 'mallory', left);
    if (name === 'list_databases') expect(left.outcomes).toMatchObject([{ st: 'ok', rows: 0 }]);
    else expect(left.intents).toMatchObject([{ final: true, decision: { code: expect.any(String) } }]);
  });

  test('that cannot be read leaves a refusal', async () => {
    const left = await call(name, sql === undefined ? { nonsense: 1 } : { ...args, [sql]: 'SELEC 1' });
    holds(name, 'alice', left);
    const code = sql === undefined ? 'REQUEST_INVALID' : 'STATEMENT_UNPARSABLE';
    expect(left.intents.map(({ final, decision }) => [final, decision?.code])).toContainEqual([true, code]);
  });

  test.each([
    ['fails', 'error', 'BACKEND_QUERY_FAILED'],
    ['times out', 'timeout', 'BACKEND_TIMEOUT'],
    ['is cancelled', 'cancelled', 'BACKEND_CANCELLED'],
    ['loses its client', 'cancelled', 'BACKEND_CANCELLED'],
  ] as const)('whose statement %s leaves that as its outcome', async (how, st, code) => {
    const left = await call(name, args, alice, how);
    holds(name, 'alice', left);
    if (reach === 'database')
      expect(left.outcomes.map((outcome) => [outcome.st, outcome.err?.code])).toContainEqual([st, code]);
    else expect(left.outcomes.map(({ err }) => err)).toEqual([undefined]);
  });
});
