/** The examples of policies/README.md and the shipped files are what they say they are. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actions } from '../../src/model/request.ts';
import { readPolicies } from '../../src/policy/policy-directory.ts';
import { readPolicyTests } from '../../src/policy/policy-tests.ts';
import { readPolicyText } from '../../src/policy/policy-text.ts';
import { setNames } from '../../src/policy/system-sets.ts';

const policies = join(import.meta.dirname, '../../policies');
const readme = await readFile(join(policies, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] ?? '');

describe('policies/README.md', () => {
  test.each(blocks('csv'))('every CSV example loads: %s', (text) => {
    const { rows, faults } = readPolicyText('README.md', text, { databases: ['orders'], rolesOnly: false });
    expect(faults).toEqual([]);
    expect(rows.rules.length + rows.limits.length + rows.masks.length + rows.links.length).toBe(
      text.trim().split('\n').length,
    );
  });

  test('the YAML example is a policy test', () => {
    expect(blocks('yaml').map((text) => readPolicyTests('README.md', text).cases.length)).toEqual([2]);
  });

  test('names every action and every set', () => {
    expect(readme).toContain(`\`${actions.join(' ')}\``);
    for (const set of setNames) expect(readme).toContain(`| \`${set}\` |`);
  });
});

test('the shipped policies load, one of its own and the default', async () => {
  const read = await readPolicies({ directory: policies, byDatabase: {} }, ['orders', 'anything']);
  expect([...read.values()].map(({ rules }) => rules.all.length > 0)).toEqual([true, true]);
});

test('the shipped tests can be read', async () => {
  const files = (await readdir(join(policies, 'tests'))).filter((name) => name.endsWith('.yaml'));
  for (const name of files)
    expect(readPolicyTests(name, await readFile(join(policies, 'tests', name), 'utf8')).cases.length).toBeGreaterThan(
      10,
    );
  expect(files).toEqual(['orders.yaml']);
});
