/** Old single-database servers as people wrote them down: flags, variables, or the `mcpServers` of a client. */

import { legacyFlags } from '../config/legacy-settings.ts';
import { CommandError } from './command-error.ts';

/** One old server: what it was called, and what it was given. */
export interface OldServer {
  readonly name: string;
  readonly flags: Readonly<Record<string, string | true>>;
  readonly environment: Readonly<Record<string, string>>;
}

const flagNames = new Map(
  [...legacyFlags.map(({ name }) => name), 'transport'].map((name) => [name.replaceAll('_', '-'), name]),
);
const bare = new Set(legacyFlags.filter((flag) => flag.bare).map((flag) => flag.name));

const canonical = (written: string) => flagNames.get(written.replaceAll('_', '-').toLowerCase());

/** Old flags among the arguments of any command; what is no such flag (a module, a version) is passed over. */
export function readOldFlags(args: readonly string[]): Readonly<Record<string, string | true>> {
  const flags: Record<string, string | true> = {};
  for (const [index, arg] of args.entries()) {
    const [, written = '', joined] = /^--([A-Za-z][\w-]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    const name = canonical(written);
    if (name === undefined) continue;
    const next = args[index + 1];
    const value = joined ?? (next === undefined || next.startsWith('--') ? undefined : next);
    if (value !== undefined) flags[name] = value;
    else if (bare.has(name)) flags[name] = true;
  }
  return flags;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const variables = (value: unknown): Readonly<Record<string, string>> =>
  isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {};

const telling = ['resource_arn', 'db_cluster_arn', 'hostname', 'db_endpoint', 'connection_method'] as const;
const tellingVariables = ['POSTGRES_RESOURCE_ARN', 'POSTGRES_HOSTNAME'] as const;

/** Whether it says which database it is for; a client's other servers may have flags of the same names. */
const namesDatabase = ({ flags, environment }: OldServer) =>
  telling.some((flag) => flags[flag] !== undefined) || tellingVariables.some((name) => environment[name] !== undefined);

/** Those servers of a client's `mcpServers` (VS Code calls them `servers`) that name a database. Throws CommandError. */
export function readClientServers(text: string): readonly OldServer[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError('The file is not JSON.', 2, 'Give the client’s configuration with its "mcpServers".');
  }
  const servers = isRecord(value) ? (value['mcpServers'] ?? value['servers']) : undefined;
  if (!isRecord(servers))
    throw new CommandError('The file names no "mcpServers".', 2, 'Give the client’s configuration.');
  const all = Object.entries(servers).flatMap(([name, server]) =>
    isRecord(server)
      ? [{ name, flags: readOldFlags(strings(server['args'])), environment: variables(server['env']) }]
      : [],
  );
  return all.filter(namesDatabase);
}
