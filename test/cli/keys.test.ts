import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { apiKeysSchema } from '../../src/config/schema.ts';
import { connectClient } from '../support/mcp-client.ts';
import { type RunningServer, startServer, type Workspace, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

test('a new key is shown once, with an entry the configuration accepts and that holds only its hash', async () => {
  const { code, stdout } = await runCli([
    'keys',
    'new',
    '--principal',
    'reporting',
    '--role',
    'analyst',
    '--role',
    'eu',
  ]);
  const key = /pgw_[\w-]{43}/.exec(stdout)?.[0] ?? '';
  const [entry] = apiKeysSchema.parse(parse(stdout.slice(stdout.indexOf('  - principal'))));
  const sha256 = createHash('sha256').update(key).digest('hex');
  expect([code, entry]).toEqual([0, { principal: 'reporting', roles: ['analyst', 'eu'], sha256 }]);
});

test('no two keys are equal', async () => {
  const keys = await Promise.all([1, 2].map(() => runCli(['keys', 'new', '--principal', 'a', '--json'])));
  expect(new Set(keys.map(({ stdout }) => JSON.parse(stdout).key)).size).toBe(2);
});

test.each([['*'], ['alice, bob']])('%s cannot be a principal', async (principal) => {
  expect(await runCli(['keys', 'new', '--principal', principal])).toMatchObject({ code: 2, stdout: '' });
});

test('a principal named like its role is refused', async () => {
  expect(await runCli(['keys', 'new', '--principal', 'a', '--role', 'a'])).toMatchObject({ code: 2, stdout: '' });
});

describe('keys of a configuration', () => {
  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  const entry = (name: string, key: string) => `- { principal: ${name}, sha256: ${sha256(key)} } # of ${name}`;
  let place: Workspace;
  let server: RunningServer | undefined;

  beforeEach(async () => {
    place = await workspace({
      config: [
        'server: # who calls',
        '  auth: { mode: api_key, keys: { file: keys.yaml } }',
        'databases:',
        '  here: { type: embedded }',
      ].join('\n'),
      policies: { 'here.csv': 'p, user:ada, here, public.*, select, allow' },
    });
    const list = ['# shared with nobody', entry('ada', 'key-1'), entry('ada', 'key-2'), entry('bob', 'key-3'), ''];
    await writeFile(join(place.directory, 'keys.yaml'), list.join('\n'));
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await place.remove();
  });

  const keysFile = () => readFile(join(place.directory, 'keys.yaml'), 'utf8');
  const keys = (...args: string[]) => runCli(['keys', ...args, '--config', place.config]);
  const list = async () => JSON.parse((await keys('list', '--json')).stdout);

  test('revoke takes one out, with everything else as it was', async () => {
    const before = await keysFile();
    const { code, stdout } = await keys('revoke', '--key', sha256('key-2').slice(0, 12));
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Revoked ${sha256('key-2').slice(0, 12)} of ada.`)]);
    expect(await keysFile()).toBe(before.replace(`${entry('ada', 'key-2')}\n`, ''));
  });

  test('revoke by principal takes all of its keys, also the last ones there are', async () => {
    expect((await keys('revoke', '--principal', 'ada')).code).toBe(0);
    expect((await list()).map((row: { principal: string }) => row.principal)).toEqual(['bob']);
    expect((await keys('revoke', '--principal', 'bob')).stdout).toContain('nobody can call');
    expect(await list()).toEqual([]);
  });

  test.each([
    [['--principal', 'nobody'], 1],
    [['--key', 'ffffffffffff'], 1],
    [['--key', 'xyz'], 2],
    [[], 2],
  ])('revoke %j changes nothing and ends with %i', async (args, code) => {
    const before = await keysFile();
    expect((await keys('revoke', ...args)).code).toBe(code);
    expect(await keysFile()).toBe(before);
  });

  test('a running server refuses a revoked key from the next request on, and list says when a key was last used', async () => {
    server = await startServer(place.config);
    const { url } = server;
    const [ada, bob] = await Promise.all([connectClient(url, 'key-1'), connectClient(url, 'key-3')]);
    await ada.call('list_databases', {});
    expect(await list()).toMatchObject([
      { key: sha256('key-1').slice(0, 12), principal: 'ada', last_used: expect.stringMatching(/^20\d\d-/) },
      { principal: 'ada', last_used: null },
      { principal: 'bob', last_used: null },
    ]);
    await keys('revoke', '--principal', 'bob');
    await expect
      .poll(() => bob.call('list_databases', {}).then(String, (error: Error) => error.message), { timeout: 20_000 })
      .toMatch(/401|not authenticated|Unauthorized/i);
    expect((await ada.call('list_databases', {})).isError).toBe(false);
    await Promise.allSettled([ada.close(), bob.close()]);
  });
});
