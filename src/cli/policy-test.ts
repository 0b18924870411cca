/** `pgwarden policy test`: runs the cases of `policies/tests/*.yaml` up to the decision; for CI. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { PolicyCase, PolicyTestFile } from '../policy/policy-tests.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { createCommandLog } from './log.ts';
import { explainRequest, findDatabase } from './policy-explain.ts';

export interface TestOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface Result {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly ok: boolean;
  readonly message?: string;
}

/** Ends with 0 when every case holds and 1 when one does not. Throws CommandError or PolicyUnusable for what cannot be read. */
export async function policyTest(files: readonly string[], options: TestOptions, deps: CommandDeps): Promise<void> {
  const { readPolicyTests } = await import('../policy/policy-tests.ts');
  const names = files.length > 0 ? files : await filesBeside(options, deps);
  const results: Result[] = [];
  for (const name of names) {
    const tests = readPolicyTests(name, await readText(name));
    results.push(...(await withParts(tests, options, deps, (parts) => runAll(tests, parts))));
  }
  report(results, options.json === true, deps);
}

async function readText(name: string): Promise<string> {
  try {
    return await readFile(name, 'utf8');
  } catch {
    throw new CommandError(`the test file ${name} cannot be read.`, 2, 'Name files, or put them into policies/tests.');
  }
}

async function filesBeside({ config: file }: TestOptions, deps: CommandDeps): Promise<readonly string[]> {
  const { policy } = await deps.loadConfig(file);
  const directory = join(policy.kind === 'files' ? policy.directory : 'policies', 'tests');
  const names = await readdir(directory).catch((): string[] => []);
  const tests = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (tests.length === 0)
    throw new CommandError(
      `there are no policy tests in ${directory}.`,
      2,
      'Write one: see the policy language in policies/README.md.',
    );
  return tests.map((name) => join(directory, name));
}

/** A file with a catalog is tested against an embedded database of its own, one without against the configured database. */
async function withParts(
  tests: PolicyTestFile,
  options: TestOptions,
  deps: CommandDeps,
  run: (parts: Parts) => Promise<Result[]>,
): Promise<Result[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'pgwarden-policy-test-'));
  try {
    const config =
      tests.catalog === undefined ? await deps.loadConfig(options.config) : await embeddedConfig(tests, scratch, deps);
    const quiet: Config = { ...config, audit: { ...config.audit, directory: join(scratch, 'audit') } };
    const parts = await deps.compose(quiet, createCommandLog('error', deps.terminal));
    return await run(parts).finally(() => parts.close());
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** JSON is YAML: a configuration that knows the one database of the test. */
async function embeddedConfig(tests: PolicyTestFile, scratch: string, deps: CommandDeps): Promise<Config> {
  const beside = dirname(resolve(tests.file));
  const ids = [...new Set(tests.cases.map(({ database }) => database))];
  const settings = {
    type: 'embedded',
    seed: resolve(beside, tests.catalog ?? ''),
    readonly: tests.readonly ?? true,
    ...(tests.policy === undefined ? {} : { policy: resolve(beside, tests.policy) }),
  };
  const file = join(scratch, 'config.yaml');
  const directory = tests.policy === undefined ? dirname(beside) : dirname(resolve(beside, tests.policy));
  await writeFile(
    file,
    JSON.stringify({ policy: { directory }, databases: Object.fromEntries(ids.map((id) => [id, settings])) }),
  );
  return deps.loadConfig(file);
}

async function runAll(tests: PolicyTestFile, parts: Parts): Promise<Result[]> {
  const results: Result[] = [];
  for (const each of tests.cases) {
    const message = await runCase(each, parts);
    const { name, line } = each;
    results.push({
      file: tests.file,
      line,
      name,
      ok: message === undefined,
      ...(message === undefined ? {} : { message }),
    });
  }
  return results;
}

async function runCase(each: PolicyCase, parts: Parts): Promise<string | undefined> {
  const [{ rehearse }, { compare }] = await Promise.all([
    import('../policy/rehearse.ts'),
    import('../policy/policy-tests.ts'),
  ]);
  const request = explainRequest({ ...each, role: each.roles }, each.write ? 'write' : 'read');
  return compare(each, await rehearse(parts, request, findDatabase(parts, each.database), 'caller'));
}

function report(results: readonly Result[], json: boolean, { terminal, exitWith }: CommandDeps): void {
  const failed = results.filter(({ ok }) => !ok);
  if (json)
    terminal.out(
      JSON.stringify({ passed: results.length - failed.length, failed: failed.length, results }, undefined, 2),
    );
  else {
    for (const { file, line, name, message } of failed)
      terminal.out(`FAIL ${file}:${line} ${name}\n     ${message ?? ''}`);
    terminal.out(`${results.length - failed.length} passed, ${failed.length} failed`);
  }
  exitWith(failed.length === 0 ? 0 : 1);
}
