/** The few facts other rooms need from the environment; nobody but this room reads it. */

import type { Environment } from './locations.ts';

/** NODE_PG_FORCE_NATIVE makes `pg` load another driver, without the protocol guarantees the adapter relies on. */
export function isNativeDriverForced(environment: Environment = process.env): boolean {
  return Boolean(environment['NODE_PG_FORCE_NATIVE']); // as pg judges it
}

/** NO_COLOR, whatever it holds, asks for plain text (no-color.org). */
export function isColourWanted(environment: Environment = process.env): boolean {
  return (environment['NO_COLOR'] ?? '') === '';
}

/** Variables that named the one database of an old server, and its listen address. */
export function oldVariables(environment: Environment = process.env): Readonly<Record<string, string>> {
  const found = Object.entries(environment).filter(
    (entry): entry is [string, string] => /^(POSTGRES|FASTMCP)_/.test(entry[0]) && entry[1] !== undefined,
  );
  return Object.fromEntries(found);
}
