/** `pgwarden databases add`, `remove` and `test`: the file keeps what its author wrote, and what would not load is not written. */

import { chmod, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../support/cluster.ts';
import { connectClient } from '../support/mcp-client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, startServer, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

const config = `# Ours: ask the data team.
default_database:   sandbox   # the toy
include: databases.d/*.yaml
databases:
  # nobody's data
  sandbox: { type: embedded, readonly: false }   # may be written

  # the old one
  old:
    type: embedded   # to be removed in spring
    enabled: false

policy: { directory: 'policies' } # one for all
`;
const policies = { 'default.csv': 'p, analyst, *, public.*, select, allow' };

async function place(text = config) {
  const made = await workspace({ config: text, policies });
  onTestFinished(made.remove);
  await mkdir(join(made.directory, 'databases.d'));
  const run = (...args: string[]) => runCli(['databases', ...args, '--config', made.config]);
  return { ...made, run, text: () => readFile(made.config, 'utf8') };
}

const shop = ['--type', 'direct_postgres', '--hostname', 'db.internal', '--database', 'shop', '--user', 'broker'];

test('a database is added last; comments and all other values stay, the mode of the file too', async () => {
  const { run, text, config: file, directory } = await place();
  await chmod(file, 0o600);
  const added = await run(
    'add',
    'orders',
    ...shop,
    '--password-env',
    'ORDERS_PASSWORD',
    '--tag',
    'prod',
    '--tag',
    'eu',
  );
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('pgwarden databases test orders') });
  const after = await text();
  for (const comment of config.match(/#.*/g) ?? []) expect(after).toContain(comment);
  expect(after).toContain('  orders:\n    type: direct_postgres\n    tags:\n');
  expect(after).toContain('    password:\n      env: ORDERS_PASSWORD\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).not.toContainEqual(expect.stringContaining('.tmp'));
  const listed = JSON.parse((await run('list', '--json')).stdout);
  expect(listed).toMatchObject([{ id: 'sandbox', is_default: true, readonly: false }, { id: 'old' }, { id: 'orders' }]);
});

test('a database is removed with its own comment, and with nobody else’s', async () => {
  const { run, text } = await place();
  expect(await run('remove', 'old')).toMatchObject({ code: 0 });
  const after = await text();
  expect(after).not.toMatch(/old|spring/);
  for (const kept of ['# Ours', '# the toy', "# nobody's data", '# may be written', '# one for all'])
    expect(after).toContain(kept);
});

test('an included file is edited where it holds the database, made where it is named, refused where nobody includes it', async () => {
  const { run, text, directory } = await place();
  const into = join(directory, 'databases.d/shop.yaml');
  expect(await run('add', 'shop', ...shop, '--password-env', 'X', '--into', into)).toMatchObject({ code: 0 });
  expect(await text()).toBe(config);
  expect(await readFile(into, 'utf8')).toMatch(/^databases:\n {2}shop:\n/);
  expect(await run('remove', 'shop')).toMatchObject({ code: 0 });
  expect(await readFile(into, 'utf8')).not.toContain('shop');
  const nowhere = join(directory, 'else.yaml');
  expect(await run('add', 'shop', ...shop, '--password-env', 'X', '--into', nowhere)).toMatchObject({ code: 2 });
  expect(await readdir(directory)).not.toContain('else.yaml');
});

test.each<[string, string[], string]>([
  ['an id that is taken', ['add', 'old', '--type', 'embedded'], 'configured already'],
  ['an id that is none', ['add', 'No Id', '--type', 'embedded'], 'must be 1 to 63'],
  ['a port that is none', ['add', 'x', ...shop, '--password-env', 'X', '--port', 'http'], 'must be a port number'],
  ['readonly: yes', ['add', 'x', '--type', 'embedded', '--readonly', 'yes'], 'must be true or false'],
  ['a missing policy', ['add', 'x', '--type', 'embedded', '--policy', 'policies/none.csv'], 'no policy'],
  ['the default database', ['remove', 'sandbox'], 'default_database'],
  ['a database that is not there', ['remove', 'nothing'], 'no database nothing'],
])('%s changes nothing', async (_, args, why) => {
  const { run, text } = await place();
  const { code, stderr } = await run(...args);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain(why);
  expect(await text()).toBe(config);
});

test('what an alias elsewhere refers to is not taken away, and --dry-run only shows', async () => {
  const shared = 'databases:\n  a: &same { type: embedded }\n  b: *same\n';
  const { run, text } = await place(shared);
  expect(await run('remove', 'a')).toMatchObject({ code: 1, stderr: expect.stringContaining('alias') });
  const shown = await run('remove', 'b', '--dry-run');
  expect(shown.stdout).toContain('&same');
  expect(shown.stdout).not.toContain('b:');
  expect(await text()).toBe(shared);
});

test('a link to the file stays a link', async () => {
  const { run, directory, config: file } = await place();
  const link = join(directory, 'link.yaml');
  await symlink(file, link);
  expect(await runCli(['databases', 'remove', 'old', '--config', link])).toMatchObject({ code: 0 });
  expect((await run('list')).stdout).not.toContain('old');
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE public.fruits AS SELECT 1 AS id' });
});
afterAll(() => database?.drop());

test('a running server takes up what is added and lets go of what is removed', async () => {
  const head = 'server: { auth: { mode: none, principal: alice, roles: [analyst] } }\n';
  const { run, config: file } = await place(`${head}databases:\n${directDatabase('main', database)}\n`);
  const server = await startServer(file, { [passwordVariable]: database.password });
  const client = await connectClient(server.url);
  onTestFinished(async () => {
    await client.close();
    await server.stop('SIGKILL');
  });
  const rows = async () => (await client.call('run_query', { sql: 'SELECT id FROM fruits', database_id: 'more' })).code;
  const { host, port, user } = database;
  const where = ['--hostname', host, '--port', String(port), '--database', database.database, '--user', user];
  const how = ['--password-env', passwordVariable, '--ssl', 'disable'];
  expect(await run('add', 'more', '--type', 'direct_postgres', ...where, ...how)).toMatchObject({ code: 0 });
  await vi.waitFor(async () => expect(await rows()).toBeUndefined(), { timeout: 10_000, interval: 50 });
  expect(await run('remove', 'more')).toMatchObject({ code: 0 });
  await vi.waitFor(async () => expect(await rows()).toBe('DATABASE_UNKNOWN'), { timeout: 10_000, interval: 50 });
});

test('test says what it reached and what it did not, and leaves records like any call', async () => {
  const dead = directDatabase('dead', { ...database, port: await freePort() });
  const { config: file, auditDirectory } = await place(
    `databases:\n${directDatabase('main', database)}\n${dead}\n${directDatabase('off', database, ['enabled: false'])}\n`,
  );
  const env = { [passwordVariable]: database.password };
  const all = await runCli(['databases', 'test', '--config', file, '--json'], env);
  expect(all.code).toBe(1);
  expect(JSON.parse(all.stdout)).toMatchObject([
    { id: 'main', status: 'reached', role: database.user, encrypted: false, version: expect.stringMatching(/^\d+/) },
    { id: 'dead', status: 'failed', error: { code: 'BACKEND_UNAVAILABLE' } },
    { id: 'off', status: 'disabled' },
  ]);
  const one = await runCli(['databases', 'test', 'main', '--config', file], env);
  expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining('main: PostgreSQL') });
  expect(`${one.stdout}${all.stdout}`).not.toContain(database.password);
  const logs = await readdir(auditDirectory, { recursive: true });
  expect(logs.some((path) => path.includes('main'))).toBe(true);
});
