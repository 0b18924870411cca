/** `pgwarden databases add` and `remove`: edit the configuration file; what would not load is not written. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { type Edit, writeEdit } from './write-edit.ts';

export interface AddOptions {
  readonly config?: string;
  /** An included file to write to, in place of the configuration file. */
  readonly into?: string;
  readonly type: 'direct_postgres' | 'rds_data_api' | 'embedded';
  readonly hostname?: string;
  readonly port?: string;
  readonly database?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly secretArn?: string;
  readonly resourceArn?: string;
  readonly region?: string;
  readonly ssl?: string;
  readonly ca?: string;
  readonly directory?: string;
  readonly readonly?: string;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly contact?: string;
  readonly policy?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface RemoveOptions {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** The keys as they stand in the file, in the order people write them; the loader has the last word on each. */
function keysOf(options: AddOptions): Record<string, unknown> {
  const { passwordEnv, passwordFile, readonly } = options;
  const password = passwordEnv === undefined ? passwordFile && { file: passwordFile } : { env: passwordEnv };
  const keys = {
    type: options.type,
    description: options.description,
    tags: options.tag,
    contact: options.contact,
    hostname: options.hostname,
    port: options.port === undefined ? undefined : numberOr(options.port),
    resource_arn: options.resourceArn,
    database: options.database,
    user: options.user,
    password,
    secret_arn: options.secretArn,
    region: options.region,
    ssl: options.ssl,
    ca: options.ca && { file: options.ca },
    directory: options.directory,
    policy: options.policy,
    readonly: readonly === 'true' ? true : readonly === 'false' ? false : readonly,
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

const numberOr = (written: string) => (/^\d{1,5}$/.test(written) ? Number(written) : written);

/** The configuration as it would be. Throws ConfigError for what would not load, PolicyUnusable where a policy is missing. */
async function rehearse(main: string, { file, after }: Edit): Promise<Config> {
  const [{ loadConfig }, { readPolicies }] = await Promise.all([
    import('../config/load-config.ts'),
    import('../policy/policy-directory.ts'),
  ]);
  const config = loadConfig(main, undefined, new Map([[file, after]]));
  const ids = config.databases.map(({ id }) => id);
  if (config.policy.kind === 'files' && ids.length > 0) await readPolicies(config.policy, ids);
  return config;
}

/** The file a database command edits. */
async function configured(file: string | undefined, deps: CommandDeps) {
  const config = await deps.loadConfig(file);
  if (config.file === undefined)
    throw new CommandError('there is no configuration file to edit.', 2, 'pgwarden migrate prints one for old flags.');
  return { config, main: config.file };
}

const idsOf = ({ databases }: Config) => databases.map(({ id }) => id);

/** Throws CommandError, ConfigError, PolicyUnusable; then nothing was written. */
export async function databasesAdd(id: string, options: AddOptions, deps: CommandDeps): Promise<void> {
  const { config, main } = await configured(options.config, deps);
  if (idsOf(config).includes(id)) throw new CommandError(`the database ${id} is configured already.`, 1);
  const { withDatabase } = await import('../config/edit-databases.ts');
  const file = options.into === undefined ? main : resolve(options.into);
  const before = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  const edit: Edit = { file, before, after: withDatabase(before ?? 'databases: {}\n', id, keysOf(options)) };
  const next = await rehearse(main, edit);
  if (!idsOf(next).includes(id))
    throw new CommandError(
      `${file} is not a file the configuration includes.`,
      2,
      'Write include: databases.d/*.yaml.',
    );
  await finish(edit, { added: id }, options, deps);
}

/** Throws CommandError, ConfigError, PolicyUnusable; then nothing was written. */
export async function databasesRemove(id: string, options: RemoveOptions, deps: CommandDeps): Promise<void> {
  const { config } = await configured(options.config, deps);
  const { holdsDatabase, withoutDatabase } = await import('../config/edit-databases.ts');
  const source = config.sources.find(({ text }) => holdsDatabase(text, id));
  if (source === undefined)
    throw new CommandError(
      `there is no database ${id} in the configuration.`,
      1,
      `Configured: ${idsOf(config).join(', ')}.`,
    );
  const edit: Edit = { file: source.file, before: source.text, after: taken(source.text, id, withoutDatabase) };
  await rehearse(config.file ?? source.file, edit);
  await finish(edit, { removed: id }, options, deps);
}

function taken(text: string, id: string, without: (text: string, id: string) => string): string {
  try {
    return without(text, id);
  } catch {
    throw new CommandError(`something else in the file refers to ${id} (an alias); nothing was written.`, 1);
  }
}

/** Writes, unless only a look was asked for, and says what was done. */
async function finish(
  edit: Edit,
  what: { readonly added: string } | { readonly removed: string },
  { dryRun, json }: RemoveOptions,
  deps: CommandDeps,
): Promise<void> {
  const { out } = deps.terminal;
  if (dryRun === true) return out(json === true ? JSON.stringify({ ...what, ...edit }) : edit.after.trimEnd());
  await writeEdit(edit);
  if (json === true) return out(JSON.stringify({ ...what, file: edit.file }));
  if ('removed' in what) return out(`${what.removed} is no longer in ${edit.file}; its audit log stays.`);
  out(`${what.added} is in ${edit.file}. A running server takes it up by itself.`);
  out(`Try it: pgwarden databases test ${what.added}`);
}
