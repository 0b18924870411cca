/** `pgwarden check` and the command line itself, as built: exit codes, where text goes, and what it says. */

import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Workspace, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

const originalDesign = resolve(import.meta.dirname, '../config/original-design.yaml');
const sample = 'databases:\n  sample:\n    type: embedded\n';

async function inside(
  options: Parameters<typeof workspace>[0],
  work: (place: Workspace) => Promise<void>,
): Promise<void> {
  const place = await workspace(options);
  await work(place).finally(place.remove);
}

test('the file of the original design passes, with warnings naming placeholders and the missing policy', async () => {
  const { code, stdout, stderr } = await runCli(['check', '--config', originalDesign]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/original-design\.yaml is valid: 2 databases/);
  expect(stderr).toMatch(/original-design\.yaml:6: databases\.primary\.resource_arn: \S+ is a placeholder/);
  expect(stderr).toMatch(/there is no policy for the database primary/);
  expect(stderr).toContain('pgwarden policy init');
});

test('a mistake in the configuration is a finding with file, line, key and hint', () =>
  inside({ config: `${sample}    read_only: true\n` }, async ({ config }) => {
    const { code, stderr } = await runCli(['check', '--config', config]);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${config}:4: databases.sample.read_only: is not a known key`);
    expect(stderr).toContain('Did you mean readonly?');
  }));

test('a mistake in a policy is a finding with file and line', () =>
  inside(
    { config: sample, policies: { 'default.csv': 'p, analyst, *, public.*, selct, allow' } },
    async ({ config }) => {
      const { code, stdout } = await runCli(['check', '--config', config, '--json']);
      expect(code).toBe(1);
      const { ok, findings } = JSON.parse(stdout);
      expect(ok).toBe(false);
      expect(findings).toMatchObject([
        { severity: 'error', file: expect.stringMatching(/default\.csv$/), line: 1, key: 'policy' },
      ]);
    },
  ));

test('a configuration without a fault is a line on stdout and nothing on stderr', () =>
  inside(
    { config: sample, policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' } },
    async ({ config }) => {
      const { code, stdout, stderr } = await runCli(['check', '--config', config]);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: `${config} is valid: 1 database, 0 warnings.\n`,
        stderr: '',
      });
    },
  ));

test('a file that is not YAML, or not there, ends with 2', () =>
  inside({ config: 'databases: [' }, async ({ config, directory }) => {
    expect((await runCli(['check', '--config', config])).code).toBe(2);
    expect((await runCli(['check', '--config', `${directory}/none.yaml`])).code).toBe(2);
  }));

test.each([[['serve']], [['check']]])('%j has help with an example, on stdout', async (args) => {
  const { code, stdout } = await runCli([...args, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples?:\n {2}\$ pgwarden /);
});

test('--version is the version of the package', async () => {
  expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [['chek'], 'Did you mean check?'],
  [['check', '--confg', 'x'], '--confg'],
  [['serve', '--hostname', 'h', '--readonly', 'yes'], '--readonly: yes is neither true nor false'],
  [['--resource-arn', 'x', '--secret-arn', 'y', '--database', 'z'], '--resource_arn: is not the ARN'],
  [['--hostname', 'h', '--config', 'config.yaml'], 'Give one of the two'],
])('%j is a usage error: exit 2, on stderr, with a hint', async (args, told) => {
  const { code, stdout, stderr } = await runCli(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(told);
});

test('an error is one JSON object where --json is asked for', async () => {
  const { code, stderr } = await runCli(['chek', '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toEqual({ error: { message: 'there is no command chek.', hint: 'Did you mean check?' } });
});
