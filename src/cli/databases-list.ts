/** `pgwarden databases list`: the configuration's databases as a table or as JSON; never where they are or how to sign in. */

import type { Config } from '../config/config.ts';
import type { Database } from '../model/database.ts';
import type { CommandDeps } from './deps.ts';
import { aligned } from './layout.ts';
import { createPaint } from './paint.ts';

export interface DatabasesListOptions {
  readonly config?: string;
  readonly tag?: string;
  readonly json?: boolean;
}

/** The words of the `list_databases` tool, so that operator and caller speak of the same thing. */
function entryOf(database: Database, { defaultDatabase }: Config) {
  const { id, connection, description = '', tags, readonly, enabled } = database;
  const name = connection.type === 'embedded' ? '' : connection.database;
  return {
    id,
    type: connection.type,
    database: name,
    readonly,
    enabled,
    is_default: id === defaultDatabase,
    tags,
    description,
  };
}

type Entry = ReturnType<typeof entryOf>;

function cellsOf({ id, type, database, readonly, enabled, is_default, tags, description }: Entry): string[] {
  const mode = enabled ? (readonly ? 'read' : 'read, write') : 'switched off';
  return [is_default ? `${id} *` : id, type, database, mode, tags.join(' '), description];
}

/** Connects to nothing. Throws ConfigError. */
export async function databasesList(options: DatabasesListOptions, deps: CommandDeps): Promise<void> {
  const config = await deps.loadConfig(options.config);
  const chosen = config.databases.filter(({ tags }) => options.tag === undefined || tags.includes(options.tag));
  const entries = chosen.map((database) => entryOf(database, config));
  if (options.json === true) return deps.terminal.out(JSON.stringify(entries, undefined, 2));
  const head = ['id', 'type', 'database', 'mode', 'tags', 'description'];
  if (entries.length === 0) return deps.terminal.out('No database has this tag.');
  const [names = '', ...lines] = aligned([head, ...entries.map(cellsOf)]).split('\n');
  deps.terminal.out([createPaint(deps.terminal.interactive).bold(names), ...lines].join('\n'));
}
