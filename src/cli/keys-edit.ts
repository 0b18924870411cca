/** `pgwarden keys list` and `revoke`: the keys a configuration lets in, when each was last used, and taking one out. */

import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { ApiKey } from '../model/authentication.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { writeEdit } from './write-edit.ts';

export interface ListOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export interface RevokeOptions extends ListOptions {
  readonly principal?: string;
  /** The beginning of its SHA-256, as `keys list` shows it. */
  readonly key?: string;
}

/** Hex digits that name a key: in records, in lists, on the command line. */
const shown = 12;

const idOf = ({ sha256 }: ApiKey) => sha256.slice(0, shown);

async function configured(file: string | undefined, deps: CommandDeps) {
  const config = await deps.loadConfig(file);
  const { auth } = config.server;
  if (auth.mode !== 'api_key')
    throw new CommandError('This configuration takes no API keys.', 2, 'Set server.auth.mode.');
  return { config, keys: auth.keys };
}

/** Prints each key with the time of the newest call on record that was made with it. */
export async function keysList({ config: file, json }: ListOptions, deps: CommandDeps): Promise<void> {
  const { config, keys } = await configured(file, deps);
  const used = await lastUses(config);
  const rows = keys.map((key) => {
    const { principal, roles } = key;
    const at = used.get(idOf(key));
    return { key: idOf(key), principal, roles, last_used: at ?? null };
  });
  if (json === true) return deps.terminal.out(JSON.stringify(rows));
  for (const { key, principal, roles, last_used: at } of rows)
    deps.terminal.out(`${key}  ${principal}  ${roles.join(', ') || '–'}  ${at ?? 'not in the newest records'}`);
}

/** Key → time of its newest call, as far back as the newest records of each log go (1 MiB). */
async function lastUses({ audit }: Config): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(audit.directory)) return new Map(); // nothing was ever served
  const { openTailReader } = await import('../audit/tail.ts');
  const { newest } = await openTailReader(audit.directory, [], Number.MAX_SAFE_INTEGER);
  return new Map(
    newest.flatMap(({ record }) => {
      const key = record.type === 'intent' ? record.principal?.key : undefined;
      return key === undefined || record.type !== 'intent' ? [] : [[key, record.ts] as const];
    }),
  );
}

/** Takes keys out of the file that holds them; a running server follows it. Throws CommandError; then nothing was written. */
export async function keysRevoke(
  { config: file, principal, key, json }: RevokeOptions,
  deps: CommandDeps,
): Promise<void> {
  const { config, keys } = await configured(file, deps);
  const revoked = keys.filter((known) => isMeant(known, principal, key));
  if (revoked.length === 0) throw new CommandError('There is no such key.', 1, 'pgwarden keys list shows them.');
  if (key !== undefined && revoked.length > 1) throw new CommandError('More than one key begins like that.', 2);
  const { withoutKeys } = await import('../config/edit-keys.ts');
  const hashes = new Set(revoked.map(({ sha256 }) => sha256));
  for (const source of config.sources) {
    const after = withoutKeys(source.text, hashes);
    if (after !== undefined) await writeEdit({ file: source.file, before: source.text, after });
  }
  const left = keys.length - revoked.length;
  if (json === true) {
    return deps.terminal.out(
      JSON.stringify({ revoked: revoked.map((one) => ({ key: idOf(one), principal: one.principal })), left }),
    );
  }
  for (const one of revoked) deps.terminal.out(`Revoked ${idOf(one)} of ${one.principal}.`);
  deps.terminal.out(
    left === 0 ? 'No key is left: nobody can call.' : 'A running server refuses it from the next request on.',
  );
}

function isMeant(known: ApiKey, principal: string | undefined, key: string | undefined): boolean {
  if (key !== undefined && !/^[0-9a-f]{8,64}$/.test(key))
    throw new CommandError(
      'A key is named by the first 8 to 64 hex digits of its SHA-256.',
      2,
      'pgwarden keys list shows them.',
    );
  if (principal === undefined && key === undefined) throw new CommandError('Say which: --key or --principal.', 2);
  return (
    (key === undefined || known.sha256.startsWith(key)) && (principal === undefined || known.principal === principal)
  );
}
