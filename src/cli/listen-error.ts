/** Why an address could not be listened on, as a sentence with the next step. */

import { CommandError } from './command-error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const known: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: ['is in use by another program', 'Stop what listens there, or choose another address'],
  EACCES: ['may not be listened on by this user', 'Ports below 1024 need a right of their own: choose a higher one'],
  EADDRNOTAVAIL: ['is no address of this machine', 'Name one it has, or 127.0.0.1'],
  ENOTFOUND: ['is no address of this machine', 'Name one it has, or 127.0.0.1'],
};

/** `key` is where the address is written. What is not known is thrown as it came. */
export function listenError(thrown: unknown, { host, port }: Address, key: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const [what, next] = known[code] ?? [];
  if (what === undefined) return thrown;
  return new CommandError(`${host}:${port} ${what}.`, 1, `${next}: ${key}.`);
}
