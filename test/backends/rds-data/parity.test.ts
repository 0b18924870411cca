/** Every read of the corpus gives the same answer over the Data API as over the wire. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { Database } from '../../../src/model/database.ts';
import { BrokerError } from '../../../src/model/errors.ts';
import { type Case, corpusSchema, readCorpus } from '../../sql/corpus/corpus.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { read } from '../../support/read.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

let server: TestDatabase;
let emulator: Emulator;
let backends: Backends;
let wire: Database;
let service: Database;

beforeAll(async () => {
  server = await testDatabase({ seed: corpusSchema });
  emulator = await startEmulator();
  const limits = { maxRows: 100_000, maxBytes: 16 * 1024 * 1024 };
  wire = aDatabase(directConnection(server), { id: 'wire', limits });
  service = aDatabase(emulatedDatabase(emulator, 'parity', server), { id: 'service', limits });
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
});

afterAll(async () => {
  await backends.close();
  await emulator.close();
  await server.drop();
});

const answer = (database: Database, { sql, parameters }: Case) =>
  read(
    backends.execute(
      authorizedQuery({ database, sql, values: parameters.values.map((given) => given.value) }),
      new AbortController().signal,
    ),
  ).then(
    ({ columns, rows, cut }) => ({ columns, rows, cut }),
    (error: unknown) =>
      error instanceof BrokerError ? { code: error.code, sqlstate: error.sqlstate } : { code: String(error) },
  );

/** Two runs may agree without meaning to. */
const chance = /TABLESAMPLE|random|gen_random_uuid/i;

describe('reads', () => {
  // Names are given their numbers before a backend sees the text.
  test.each(readCorpus('reads').filter(({ parameters }) => parameters.style === 'positional'))(
    '$name',
    async (each) => {
      const [first, second, again] = [await answer(wire, each), await answer(service, each), await answer(wire, each)];
      if (chance.test(each.sql) || JSON.stringify(first) !== JSON.stringify(again)) {
        expect(Object.keys(second)).toEqual(Object.keys(first)); // the time of day, a plan's costs
        return;
      }
      expect(second).toEqual(first);
    },
  );
});
