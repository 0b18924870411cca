/** `pgwarden policy init`: a starter policy beside the configuration. Never touches a file that exists. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isPrincipalId } from '../model/principal.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface InitOptions {
  readonly config?: string;
  readonly principal?: string;
  readonly schema?: readonly string[];
}

/** Writes `default.csv` and `roles.csv`: one role, one user, and no data until a line is added or `--schema` asks for it. */
export async function policyInit(options: InitOptions, deps: CommandDeps): Promise<void> {
  const config = await deps.loadConfig(options.config);
  if (config.policy.kind !== 'files')
    throw new CommandError(
      'old single-database flags use a built-in policy.',
      2,
      'Run `pgwarden migrate` to get a configuration file first.',
    );
  const { directory } = config.policy;
  const principal =
    options.principal ??
    (config.server.auth.mode === 'none' && config.server.transport !== 'stdio'
      ? config.server.auth.principal
      : config.stdio.principal);
  if (!isPrincipalId(principal))
    throw new CommandError(
      `"${principal}" cannot be a principal.`,
      2,
      'Name one with --principal: no comma, no line break, not *.',
    );
  await mkdir(directory, { recursive: true });
  await create(join(directory, 'default.csv'), await starter(options.schema ?? []));
  // links of a policy that is being rebuilt are worth keeping
  const linked = await create(join(directory, 'roles.csv'), roles(principal)).then(
    () => true,
    () => false,
  );
  const file = (name: string) => join(relative(process.cwd(), directory), name);
  const { out } = deps.terminal;
  out(`Wrote ${file('default.csv')}, the policy of every database without one of its own.`);
  if (linked) out(`Wrote ${file('roles.csv')}: ${principal} is a reader.`);
  else out(`Kept ${file('roles.csv')}; a line there makes a reader: g, ${principal}, reader, *`);
  const id = config.databases[0]?.id ?? 'ID';
  const named = options.config === undefined ? '' : ` --config "${relative(process.cwd(), options.config)}"`;
  const explain = `pgwarden policy explain${named} --database ${id} --principal ${principal} --sql "select 1"`;
  out(options.schema === undefined ? `Next: open data in default.csv, then ${explain}` : `Next: ${explain}`);
}

async function create(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (thrown) {
    const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    throw new CommandError(
      exists ? `${file} exists already; nothing of it was changed.` : `${file} cannot be written.`,
      exists ? 1 : 2,
      exists ? 'Edit it, or move it away first.' : undefined,
    );
  }
}

async function starter(schemas: readonly string[]): Promise<string> {
  const { printPattern, readPattern } = await import('../policy/resource.ts');
  const open = schemas.map((schema) => {
    const reading = readPattern(`${schema}.*`);
    if (!reading.ok) throw new CommandError(`"${schema}" is not the name of a schema.`, 2, 'Quote it as in SQL.');
    return `p, reader, *, ${printPattern(reading.pattern)}, select, allow`;
  });
  return `# The policy of every database without a file of its own (<database_id>.csv); * stands for each of them.
# p, subject, database, resource, action, effect: a role, user:NAME, or * for anyone authenticated. A deny always wins.

# Readers look around: names of tables and columns, no values.
p, reader, *, @introspection, select, allow

# What readers read. Remove a # or write lines of your own.
${open.length > 0 ? open.join('\n') : '# p, reader, *, public.*, select, allow'}
# p, reader, *, public.customers.email, select, deny
# mask, reader, *, public.customers.phone, partial
# limit, reader, *, rows, 500
`;
}

const roles = (principal: string): string => `# Who holds which role, in every database: g, user, role, *
g, ${principal}, reader, *
`;
