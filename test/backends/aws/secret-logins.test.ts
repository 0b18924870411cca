/** Logins out of Secrets Manager: how often a secret is read, what a refusal causes, and what is never said. */

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSecretLogins, readLogin, type SecretSource } from '../../../src/backends/aws/secret-logins.ts';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import { BrokerError } from '../../../src/model/errors.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { read } from '../../support/read.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

const source: SecretSource = { secretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:one', aws: {} };
const failure = async (work: Promise<unknown>) => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`no BrokerError: ${String(thrown)}`);
  return thrown;
};

describe('the cache', () => {
  /** A secret that counts how often it is read, and a clock that stands still until told otherwise. */
  function counted(passwords: readonly string[]) {
    let reads = 0;
    let time = 0;
    const logins = createSecretLogins({
      fetch: async () =>
        JSON.stringify({ username: 'u', password: passwords[Math.min(reads++, passwords.length - 1)] }),
      now: () => time,
      random: () => 0.5,
      pause: async (milliseconds) => {
        time += milliseconds;
      },
    });
    return {
      logins,
      reads: () => reads,
      now: () => time,
      pass: (milliseconds: number) => {
        time += milliseconds;
      },
    };
  }

  test('a secret is read once for any number of callers, and again when its time is over', async () => {
    const { logins, reads, pass } = counted(['a']);
    await Promise.all(Array.from({ length: 50 }, () => logins.login(source)));
    pass(4 * 60_000);
    await logins.login(source);
    expect(reads()).toBe(1);
    pass(2 * 60_000);
    await logins.login(source);
    expect(reads()).toBe(2);
  });

  test('a refused login causes one reading, for all who were refused with it', async () => {
    const { logins, reads, pass } = counted(['old', 'new']);
    const old = await logins.login(source);
    pass(60_000);
    const others = await Promise.all(Array.from({ length: 20 }, () => logins.refresh(source, old)));
    expect(new Set(others.map((other) => other?.password))).toEqual(new Set(['new']));
    expect(reads()).toBe(2);
  });

  test('a login that is still the same is not tried again; each refusal causes one reading, a moment after the last', async () => {
    const { logins, reads, now } = counted(['same']);
    const same = await logins.login(source);
    expect(await logins.refresh(source, same)).toBeUndefined();
    expect([reads(), now()]).toEqual([2, 500]);
    expect(await logins.refresh(source, same)).toBeUndefined();
    expect([reads(), now()]).toEqual([3, 1000]);
  });
});

describe('a secret that cannot be used', () => {
  test.each([
    ['{"username":"u"}', '"password"'],
    ['{"password":"hush"}', '"username"'],
    ['{"username":"u","password":7}', '"password"'],
    ['hush', 'not JSON'],
    ['["hush"]', 'not a JSON object'],
  ])('%s is told by what is missing, never by its value', (text, missing) => {
    try {
      readLogin(text);
      expect.unreachable();
    } catch (thrown) {
      const error = thrown instanceof BrokerError ? thrown : expect.unreachable();
      expect(error.message).toContain(missing);
      expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain('hush');
    }
  });
});

describe('a server whose login is in Secrets Manager', () => {
  let server: TestDatabase;
  let emulator: Emulator;
  let secretArn: string;
  let backends: Backends;

  beforeAll(async () => {
    server = await testDatabase({ seed: 'CREATE TABLE t AS SELECT 1 AS a' });
    emulator = await startEmulator();
    secretArn = emulatedDatabase(emulator, 'direct', server).secretArn;
    backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  });

  beforeEach(() => emulator.forgetCalls());

  afterAll(async () => {
    await backends.close();
    await emulator.close();
    await server.drop();
  });

  const database = (id: string, idleTimeout = 30_000) => {
    const { user: _, ...connection } = directConnection(server, {
      password: { secretArn },
      aws: { region: 'us-west-2', endpoint: emulator.url },
    });
    return aDatabase(connection, { id, pool: { max: 4, idleTimeout } });
  };
  const run = (at: ReturnType<typeof database>) =>
    read(
      backends.execute(
        authorizedQuery({ database: at, sql: 'SELECT a, current_user::text AS u FROM t' }),
        new AbortController().signal,
      ),
    );
  const rotate = async (password: string) => {
    const admin = await server.client({ ...server.superuser, database: server.database });
    await admin.query(`ALTER ROLE ${server.user} PASSWORD '${password}'`);
    emulator.secrets.put(secretArn, JSON.stringify({ username: server.user, password }));
    await admin.end();
  };

  test('logs in with user and password of the secret, read once for two databases', async () => {
    expect((await run(database('a'))).rows).toEqual([[1, server.user]]);
    expect((await run(database('b'))).rows).toEqual([[1, server.user]]);
    expect(emulator.calls.map((call) => call.operation)).toEqual(['GetSecretValue']);
  });

  test('a rotation costs one reading and no call; sessions that are open stay so', async () => {
    const open = database('c');
    const { backend } = await run(open);
    await rotate('second-password');
    expect((await run(open)).backend.pid).toBe(backend.pid);
    expect(emulator.calls).toEqual([]);
    expect((await run(database('d'))).rows).toHaveLength(1);
    expect(emulator.calls.map((call) => call.operation)).toEqual(['GetSecretValue']);
  });

  test('rotated in the middle of a load of new sessions, every call is answered or refused by the server itself', async () => {
    const busy = database('e', 1);
    const outcomes: string[] = [];
    const load = Array.from({ length: 4 }, async () => {
      for (let call = 0; call < 30; call++)
        outcomes.push(
          await run(busy).then(
            () => 'ok',
            (error: unknown) => (error instanceof BrokerError ? `${error.code} ${error.sqlstate}` : String(error)),
          ),
        );
    });
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(20), { timeout: 10_000, interval: 5 });
    await rotate('third-password');
    await Promise.all(load);
    expect(outcomes).toHaveLength(120);
    expect(new Set(outcomes.filter((outcome) => outcome !== 'ok')).size).toBeLessThanOrEqual(1);
    expect(outcomes.filter((outcome) => outcome !== 'ok' && outcome !== 'BACKEND_UNAVAILABLE 28P01')).toEqual([]);
    expect(outcomes.slice(-40)).toEqual(Array.from({ length: 40 }, () => 'ok'));
  });

  test('a secret that does not exist is told plainly, without its name', async () => {
    const { user: _, ...connection } = directConnection(server, {
      password: { secretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:none' },
      aws: { region: 'us-west-2', endpoint: emulator.url },
    });
    const refused = await failure(run(aDatabase(connection, { id: 'f' })));
    expect(refused).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: 'The secret of the database cannot be read.',
    });
  });
});
