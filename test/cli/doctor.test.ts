/** `pgwarden doctor` on a real server: postures planted in roles are found, and those not planted are not. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, type Workspace, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

const seed = `
  CREATE TABLE public.orders (id int, total int);
  CREATE TABLE public.customers (id int, email text);
  CREATE FUNCTION public.peek() RETURNS int LANGUAGE sql AS 'SELECT 1'`;

/** What is wrong with a role, and the one finding it must bring with its severity. Every role is clean before. */
const planted = {
  superuser: ['ALTER ROLE R SUPERUSER', 'bad'],
  bypassrls: ['ALTER ROLE R BYPASSRLS', 'bad'],
  createrole: ['ALTER ROLE R CREATEROLE', 'bad'],
  replication: ['ALTER ROLE R REPLICATION', 'bad'],
  createdb: ['ALTER ROLE R CREATEDB', 'warning'],
  administrator: ['GRANT rds_superuser TO R', 'bad'],
  server_files: ['GRANT pg_execute_server_program TO R', 'bad'],
  predefined_writer: ['GRANT pg_write_all_data TO R', 'bad'],
  predefined_reader: ['GRANT pg_signal_backend TO R', 'warning'],
  owner: ['CREATE TABLE public.own_R (i int); ALTER TABLE public.own_R OWNER TO R', 'bad'],
  write_grants: ['GRANT UPDATE (total) ON public.orders TO R', 'bad'],
  creates: ['GRANT CREATE ON SCHEMA public TO R', 'bad'],
  temporary: ['GRANT TEMPORARY ON DATABASE D TO R', 'warning'],
  reads_beyond_policy: ['GRANT SELECT ON public.customers TO R', 'warning'],
  calls_beyond_policy: ['GRANT EXECUTE ON FUNCTION public.peek() TO R', 'warning'],
} as const;
type Code = keyof typeof planted;
const codes = Object.keys(planted).filter((code): code is Code => code in planted);

/** What a posture cannot be without. */
const implied: Partial<Record<Code, readonly string[]>> = {
  superuser: ['creates', 'temporary', 'write_grants', 'reads_beyond_policy', 'calls_beyond_policy'],
  predefined_writer: ['write_grants'],
  owner: ['write_grants', 'reads_beyond_policy'],
};

const policy = [
  'p, analyst, *, public.orders, select, allow',
  'p, analyst, *, public.customers.id, select, allow',
].join('\n');

interface Finding {
  readonly severity: string;
  readonly code: string;
  readonly items: readonly string[];
}
interface Report {
  readonly ok: boolean;
  readonly databases: readonly {
    readonly id: string;
    readonly status: string;
    readonly error?: { readonly code: string; readonly message: string };
    readonly role?: string;
    readonly tls?: unknown;
    readonly server?: Readonly<Record<string, unknown>>;
    readonly findings: readonly Finding[];
  }[];
}

let database: TestDatabase;
let place: Workspace;
let report: Report;
let text: string;
const roles: string[] = [];

const doctor = (...args: string[]) =>
  runCli(['doctor', '--config', place.config, ...args], { [passwordVariable]: database.password });
const examined = (id: string) => report.databases.find((each) => each.id === id);

beforeAll(async () => {
  database = await testDatabase({ seed });
  const entry = (id: string, more: readonly string[] = []) =>
    directDatabase(id, { ...database, user: `${id}_${database.database}` }, more);
  const unreachable = directDatabase('gone', { ...database, host: '127.0.0.1', port: 1, user: 'secret_user' });
  place = await workspace({
    config: [
      'databases:',
      entry('clean'),
      ...codes.map((code) => entry(code)),
      entry('off', ['enabled: false']),
      unreachable,
    ].join('\n'),
    policies: { 'default.csv': policy, 'clean.csv': policy.replaceAll(', *,', ', clean,') },
  });
  const admin = await database.client({ ...database.superuser, database: database.database });
  await admin.query(
    `DO $$ BEGIN CREATE ROLE rds_superuser; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
     REVOKE TEMPORARY ON DATABASE ${database.database} FROM PUBLIC; REVOKE EXECUTE ON FUNCTION public.peek() FROM PUBLIC`,
  );
  for (const id of ['clean', ...codes] as const) {
    const role = `${id}_${database.database}`;
    roles.push(role);
    await admin.query(
      `CREATE ROLE ${role} LOGIN PASSWORD '${database.password}'; GRANT SELECT ON public.orders TO ${role};
       GRANT SELECT (id) ON public.customers TO ${role}`,
    );
    const [sql] = id === 'clean' ? [''] : planted[id];
    await admin.query(sql.replaceAll(/\bR\b|(?<=own_)R\b/g, role).replaceAll(/\bD\b/g, database.database));
  }
  const { code, stdout, stderr } = await doctor('--json');
  text = stdout + stderr;
  expect(code, stderr).toBe(1);
  report = JSON.parse(stdout);
});

afterAll(async () => {
  const admin = await database?.client({ ...database.superuser, database: database.database });
  for (const role of roles) await admin?.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await admin?.query('DROP ROLE IF EXISTS rds_superuser').catch(() => undefined);
  await place?.remove();
  await database?.drop();
});

describe('the posture of a role', () => {
  test.each(codes)('%s is found, and nothing it does not bring along', (code) => {
    const [, severity] = planted[code];
    const found = examined(code)?.findings.map((finding) => [finding.code, finding.severity]) ?? [];
    expect(found).toContainEqual([code, severity]);
    const allowed = [code, 'tls_off', 'memberships', ...(implied[code] ?? [])];
    expect(found.map(([each]) => each).filter((each) => !allowed.includes(String(each)))).toEqual([]);
  });

  test('a role that may do what the policy says and no more has no finding but the TLS it was told not to use', () => {
    expect(examined('clean')?.findings.map(({ code }) => code)).toEqual(['tls_off']);
    expect(examined('clean')).toMatchObject({
      status: 'examined',
      tls: { mode: 'disable', encrypted: false },
      server: { version: expect.stringMatching(/^18/), latency_ms: expect.any(Number), connect_ms: expect.any(Number) },
    });
  });

  test('names what the role may read, call and write beyond the policy, to the column', () => {
    const items = (id: Code) => examined(id)?.findings.find(({ code }) => code === id)?.items;
    expect(items('reads_beyond_policy')).toEqual(['public.customers.email']);
    expect(items('calls_beyond_policy')).toEqual(['public.peek()']);
    expect(items('write_grants')).toEqual(['public.orders: update']);
    expect(items('owner')?.[0]).toMatch(/^relation public\.own_/);
  });

  test('a database that is switched off is not asked; one that cannot be reached is told without where or who', () => {
    expect(examined('off')).toMatchObject({ status: 'disabled', findings: [] });
    expect(examined('gone')).toMatchObject({ status: 'failed', error: { code: 'BACKEND_UNAVAILABLE' } });
    expect(text).not.toContain(database.password);
    expect(text).not.toMatch(/secret_user|127\.0\.0\.1|ECONNREFUSED/);
  });
});

describe('exit codes and the terminal', () => {
  test('0 and a table when nothing is bad', async () => {
    const { code, stdout } = await doctor('--database', 'clean');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^clean {2}\(direct_postgres, read\)\n {2}server {4}PostgreSQL 18/);
    expect(stdout).toMatch(/Nothing bad was found\.\n$/);
  });

  test('1 and the worst first when something is', async () => {
    const { code, stdout } = await doctor('--database', 'superuser');
    expect(code).toBe(1);
    expect(stdout.indexOf('BAD')).toBeLessThan(stdout.indexOf('warning'));
  });

  test.each([
    ['a database that is not configured', ['--database', 'nope']],
    ['options that say nothing together', ['--role', 'analyst']],
    ['a role the policy does not name', ['--grants', 'clean', '--role', 'nope']],
    ['a name no role can have', ['--grants', 'clean', '--to', 'pg_mine']],
  ])('2 for %s', async (_, args) => {
    expect(await doctor(...args)).toMatchObject({ code: 2, stdout: '' });
  });

  test('2 for a policy that cannot be read, naming file and line', async () => {
    const broken = await workspace({
      config: `databases:\n${directDatabase('one', database)}\n`,
      policies: { 'one.csv': 'p, analyst, one, public.orders, read, allow' },
    });
    const { code, stderr } = await runCli(['doctor', '--config', broken.config]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('one.csv:1')]);
    await broken.remove();
  });
});

test('rules and masks that name nothing are told with what they may have meant', async () => {
  const rules = [
    'p, analyst, one, public.orders, select, allow',
    'p, analyst, one, public.order, select, allow',
    'p, analyst, one, publik.*, select, allow',
    'p, analyst, one, public.customers.emial, select, deny',
    'p, analyst, one, public.peek(int), call, allow',
    'p, analyst, one, public.orders.ctid, select, deny',
    'p, analyst, one, pg_catalog.pg_class, select, allow',
    'mask, analyst, one, public.customers.mail, full',
  ];
  const other = await workspace({
    config: `databases:\n${directDatabase('one', database)}\n`,
    policies: { 'one.csv': rules.join('\n') },
  });
  const { stdout } = await runCli(['doctor', '--json', '--config', other.config], {
    [passwordVariable]: database.password,
  });
  const { databases }: Report = JSON.parse(stdout);
  const idle = databases[0]?.findings.find(({ code }) => code === 'idle_rules');
  expect(idle?.severity).toBe('warning');
  expect(idle?.items.map((item) => item.replace(/^.*one\.csv:/, '').replace(/: .*: no/, ': no'))).toEqual([
    '2: no relation public.order; did you mean public.orders?',
    '3: no schema publik; did you mean public?',
    '4: no column public.customers.emial; did you mean public.customers.email?',
    '5: no function public.peek(integer); did you mean public.peek()?',
    '8: no column public.customers.mail; did you mean public.customers.email?',
  ]);
  await other.remove();
});

test('an embedded database is the broker’s own: nothing of its role is bad', async () => {
  const embedded = await workspace({
    config: 'databases:\n  own: { type: embedded }\n',
    policies: { 'own.csv': 'p, analyst, own, @introspection, select, allow' },
  });
  const { code, stdout } = await runCli(['doctor', '--json', '--config', embedded.config]);
  expect(code).toBe(0);
  const { databases }: Report = JSON.parse(stdout);
  expect(databases[0]?.findings).toContainEqual(expect.objectContaining({ code: 'superuser', severity: 'note' }));
  await embedded.remove();
});
