/** The few facts other rooms need from the environment; nobody but this room reads it. */

import type { Environment } from './locations.ts';

/** NODE_PG_FORCE_NATIVE makes `pg` load another driver, without the protocol guarantees the adapter relies on. */
export function isNativeDriverForced(environment: Environment = process.env): boolean {
  return Boolean(environment['NODE_PG_FORCE_NATIVE']); // as pg judges it
}

/**
 * From now on this process has these AWS keys and no others: the demonstration must not sign anything with the keys of
 * whoever runs it.
 */
export function useAwsKey(
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  environment: Record<string, string | undefined> = process.env,
): void {
  for (const name of Object.keys(environment)) if (name.startsWith('AWS_')) delete environment[name];
  environment['AWS_ACCESS_KEY_ID'] = key.accessKeyId;
  environment['AWS_SECRET_ACCESS_KEY'] = key.secretAccessKey;
  environment['AWS_EC2_METADATA_DISABLED'] = 'true';
  environment['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
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
