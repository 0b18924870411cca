import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { apiKeysSchema } from '../../src/config/schema.ts';
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
