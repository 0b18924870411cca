/** Where the service forces a difference: each one seen on both backends, and the table in docs/aws.md printed from here. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { Database } from '../../../src/model/database.ts';
import { asBrokerError } from '../../../src/model/errors.ts';
import {
  aDatabase,
  authorizedQuery,
  directConnection,
  type QueryOptions,
  readTestSecret,
} from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { read } from '../../support/read.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

let server: TestDatabase;
let emulator: Emulator;
let backends: Backends;
let wire: Database;
let service: Database;
/** Of the table `items`. */
let oid = 0;

beforeAll(async () => {
  server = await testDatabase({ seed: "CREATE TABLE items (id int, name text); INSERT INTO items VALUES (1, 'a')" });
  const { rows } = await (await server.client()).query("SELECT 'items'::regclass::oid::int AS oid");
  oid = rows[0].oid;
  emulator = await startEmulator();
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const same = { readonly: false, limits: { maxBytes: 4 * 1024 * 1024, maxSqlBytes: 1024 * 1024 } };
  wire = aDatabase(directConnection(server), { id: 'wire', ...same });
  service = aDatabase(emulatedDatabase(emulator, 'differences', server), { id: 'service', ...same });
});

afterAll(async () => {
  await backends.close();
  await emulator.close();
  await server.drop();
});

interface Difference {
  readonly what: string;
  readonly overWire: string;
  readonly overDataApi: string;
  readonly ask: () => Omit<QueryOptions, 'database'>;
  /** How each ends: the first value of the answer, why it was cut, or the code of the failure. */
  readonly ends: readonly [wire: unknown, service: unknown];
}

const write = { class: 'write', intent: 'write' } as const;

const differences: readonly Difference[] = [
  {
    what: 'masked columns',
    overWire: 'released masked, after the server confirmed the origin',
    overDataApi: "refused (`POLICY_DENIED`), nothing is sent: the service does not tell a column's origin",
    ask: () => ({
      sql: 'SELECT name FROM items',
      access: {
        output: [{ name: 'name', origin: { oid, attnum: 2, schema: 'public', relation: 'items', column: 'name' } }],
      },
      masks: [{ column: 'public.items.name', kind: 'full', outputs: [0] }],
    }),
    ends: [null, 'POLICY_DENIED'],
  },
  {
    what: 'result larger than 960 KiB',
    overWire: 'up to `max_bytes`',
    overDataApi: 'cut, `truncated` by bytes',
    ask: () => ({ sql: "SELECT i, repeat('x', 100000) FROM generate_series(1, 15) AS i" }),
    ends: [1, 'cut: bytes'],
  },
  {
    what: '`RETURNING` of an unsupported type',
    overWire: 'released',
    overDataApi: 'refused; cast it to text',
    ask: () => ({ sql: "INSERT INTO items VALUES (2, 'b') RETURNING interval '1 day'", ...write }),
    ends: ['P1D', 'BACKEND_QUERY_FAILED'],
  },
  {
    what: 'timestamps in the result of a write',
    overWire: 'as stored',
    overDataApi: 'as the service prints them',
    ask: () => ({
      sql: "INSERT INTO items VALUES (3, 'c') RETURNING timestamptz '2024-01-01 00:00:00.5+00'",
      ...write,
    }),
    ends: ['2024-01-01T00:00:00.5Z', '2024-01-01T00:00:00.500Z'],
  },
  {
    what: 'a text with `:name` in a dollar quote',
    overWire: 'runs',
    overDataApi: 'refused with a hint',
    ask: () => ({ sql: 'SELECT $$a :b c$$' }),
    ends: ['a :b c', 'STATEMENT_TOO_COMPLEX'],
  },
  {
    what: 'longest statement',
    overWire: '`max_sql_bytes`',
    overDataApi: '65,536 characters with the envelope',
    ask: () => ({ sql: `SELECT length('${'x'.repeat(66_000)}')` }),
    ends: [66_000, 'STATEMENT_TOO_COMPLEX'],
  },
];

async function end(database: Database, options: Omit<QueryOptions, 'database'>): Promise<unknown> {
  try {
    const answer = await read(
      backends.execute(authorizedQuery({ database, ...options }), new AbortController().signal),
    );
    return answer.cut === 'none' ? answer.rows[0]?.[0] : `cut: ${answer.cut}`;
  } catch (thrown) {
    return asBrokerError(thrown).code;
  }
}

test.each(differences)('$what', async ({ ask, ends }) => {
  expect([await end(wire, ask()), await end(service, ask())]).toEqual(ends);
});

test('docs/aws.md says these and no others', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/aws.md'), 'utf8');
  const section = /\n## Where the service forces a difference\n\n([\s\S]*?)\n\n## /.exec(page)?.[1];
  const lines = differences.map(({ what, overWire, overDataApi }) => `| ${what} | ${overWire} | ${overDataApi} |`);
  expect(section).toBe(['| | over the wire | over the Data API |', '|---|---|---|', ...lines].join('\n'));
});
