/** `pgwarden init`: from nothing to a configuration that `serve` starts with. Asks on a terminal, never touches a file that exists. */

import { access, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { databaseIdPattern } from '../config/database-schema.ts';
import { type StarterDatabase, starterConfig } from '../config/starter-config.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps, Terminal } from './deps.ts';
import { policyInit } from './policy-init.ts';

export interface InitOptions {
  readonly config: string;
  readonly type: StarterDatabase['type'];
  readonly id?: string;
  readonly hostname?: string;
  readonly port: string;
  readonly database?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly ssl?: string;
  readonly resourceArn?: string;
  readonly secretArn?: string;
  readonly schema?: readonly string[];
}

/** Gives what was said by flag, else asks; without a terminal, a missing answer is an error that names the flag. */
type Ask = (given: string | undefined, flag: string, question: string, suggestion?: string) => Promise<string>;

async function withQuestions<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    return work(async (given, flag, _question, suggestion) => {
      if (given !== undefined) return given;
      if (suggestion !== undefined) return suggestion;
      throw new CommandError(`--${flag} is missing.`, 2, 'Give it, or run pgwarden init on a terminal, where it asks.');
    });
  }
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await work(async (given, _flag, question, suggestion) => {
      if (given !== undefined) return given;
      const answer = await lines.question(`${question}${suggestion ? ` [${suggestion}]` : ''}: `);
      return answer.trim() || (suggestion ?? '');
    });
  } finally {
    lines.close();
  }
}

const isLoopback = (hostname: string) => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(hostname);

const variableOf = (id: string) => `${id.toUpperCase().replaceAll('-', '_')}_PASSWORD`;

async function directKeys(options: InitOptions, database: string, id: string, ask: Ask) {
  const hostname = await ask(options.hostname, 'hostname', 'Host name of the server', 'localhost');
  const port = /^\d{1,5}$/.test(options.port) ? Number(options.port) : options.port;
  // a connection that stays on this machine is written down as unencrypted; every other is verified unless a flag says less
  const ssl = options.ssl ?? (isLoopback(hostname) ? 'disable' : undefined);
  const place = { hostname, port, database, ...(ssl !== undefined && { ssl }) };
  if (options.secretArn !== undefined) return { ...place, secret_arn: options.secretArn };
  const user = await ask(options.user, 'user', 'Role to sign in with');
  if (options.passwordFile !== undefined) return { ...place, user, password: { file: options.passwordFile } };
  const env = await ask(options.passwordEnv, 'password-env', 'Environment variable with its password', variableOf(id));
  return { ...place, user, password: { env } };
}

async function databaseOf(options: InitOptions, ask: Ask): Promise<StarterDatabase> {
  const { type } = options;
  if (type === 'embedded') return { id: await ask(options.id, 'id', 'Id for callers', 'sample'), type, keys: {} };
  const database = await ask(options.database, 'database', 'Name of the database');
  const lower = database.toLowerCase();
  const id = await ask(options.id, 'id', 'Id for callers', databaseIdPattern.test(lower) ? lower : 'main');
  if (type === 'direct_postgres') return { id, type, keys: await directKeys(options, database, id, ask) };
  const resource_arn = await ask(options.resourceArn, 'resource-arn', 'ARN of the cluster');
  const secret_arn = await ask(options.secretArn, 'secret-arn', 'ARN of the secret');
  return { id, type, keys: { resource_arn, secret_arn, database } };
}

/** What readers may read from the start: nothing, unless somebody says so. */
async function schemasOf(ask: Ask): Promise<readonly string[]> {
  const answer = await ask(
    undefined,
    'schema',
    'Schemas readers may read, with commas between; nothing opens none',
    '',
  );
  return answer.split(',').flatMap((name) => name.trim() || []);
}

/** A policy that is there already, an example's perhaps, is not opened to anybody: then what was asked for cannot be had here. */
async function refuseOtherPolicy(file: string, id: string, schema: readonly string[]): Promise<void> {
  if (schema.length === 0) return;
  for (const name of [`${id}.csv`, 'default.csv']) {
    const policy = join(dirname(file), 'policies', name);
    const found = await access(policy).then(
      () => true,
      () => false,
    );
    if (!found) continue;
    throw new CommandError(
      `${relative(process.cwd(), policy)} exists already, so ${schema.join(', ')} cannot be opened there.`,
      1,
      'Give your files a directory of their own: --config mine/config.yaml',
    );
  }
}

/** Writes the file and has it read back by the loader; one that does not load is not left behind. */
async function writeConfig(file: string, text: string, deps: CommandDeps): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  } catch (thrown) {
    const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    if (exists)
      throw new CommandError(`${file} exists already; nothing of it was changed.`, 1, 'Name another with --config.');
    throw new CommandError(`${file} cannot be written.`, 2, `Look at ${dirname(file)}.`);
  }
  try {
    await deps.loadConfig(file);
  } catch (thrown) {
    await rm(file);
    throw thrown;
  }
}

/** A policy that is there already is kept. */
async function startPolicy(config: string, schema: readonly string[], deps: CommandDeps): Promise<void> {
  try {
    await policyInit({ config, ...(schema.length > 0 && { schema }) }, deps);
  } catch (thrown) {
    if (!(thrown instanceof CommandError) || thrown.exitCode !== 1) throw thrown;
    deps.terminal.out(thrown.message);
  }
}

/** The environment variable the client must pass on; undefined where a file or a secret store holds the password. */
function passwordVariable({ keys: { password } }: StarterDatabase): string | undefined {
  return typeof password === 'object' && password !== null && 'env' in password ? String(password.env) : undefined;
}

/** As a shell reads it back. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** How clients start this very program: absolute paths, because they start it in a directory and with a PATH of their own. */
async function printClients(file: string, database: StarterDatabase, { out }: Terminal): Promise<void> {
  const args = [await realpath(process.argv[1] ?? ''), 'serve', '--config', file];
  const variable = passwordVariable(database);
  const pass = variable === undefined ? '' : ` --env ${variable}="$${variable}"`;
  out('\nClaude Code:');
  out(`  claude mcp add pgwarden${pass} -- ${[process.execPath, ...args].map(quoted).join(' ')}`);
  out('\nClaude Desktop, Cursor, Amazon Q (VS Code: the same entry under "servers" in .vscode/mcp.json):');
  const env = variable === undefined ? {} : { env: { [variable]: '…' } };
  const pgwarden = { command: process.execPath, args, ...env };
  out(JSON.stringify({ mcpServers: { pgwarden } }, undefined, 2));
}

/** Throws CommandError, ConfigError. */
export async function init(options: InitOptions, deps: CommandDeps): Promise<void> {
  const { database, schema } = await withQuestions(async (ask) => ({
    database: await databaseOf(options, ask),
    schema: options.schema ?? (await schemasOf(ask)),
  }));
  const file = resolve(options.config);
  await refuseOtherPolicy(file, database.id, schema);
  await writeConfig(file, starterConfig(database), deps);
  deps.terminal.out(`Wrote ${options.config}: one database, ${database.id}, read-only.`);
  if (database.keys['ssl'] === 'disable') deps.terminal.out('Its connection is not encrypted (ssl: disable).');
  await startPolicy(file, schema, deps);
  deps.terminal.out(`Does it connect? pgwarden databases test --config ${quoted(options.config)}`);
  await printClients(file, database, deps.terminal);
}
