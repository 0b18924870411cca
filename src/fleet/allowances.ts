/** What one principal, or one database, may use up: calls at once, and calls, rows and bytes in each window of time. */

import { Refusal } from '../model/errors.ts';

/** Absent means unlimited. */
export interface Allowance {
  /** Milliseconds. */
  readonly window: number;
  /** Calls running at once. */
  readonly maxConcurrency?: number;
  readonly calls?: number;
  readonly rows?: number;
  readonly bytes?: number;
}

export interface Spending {
  /** Ends the call and counts what it brought. */
  readonly end: (rows: number, bytes: number) => void;
}

export interface Allowances {
  /** Begins a call of `key`. Throws LIMIT_EXCEEDED, saying what is used up and when to try again. */
  readonly begin: (key: string) => Spending;
}

interface Account {
  since: number;
  running: number;
  calls: number;
  rows: number;
  bytes: number;
}

/** Accounts kept before those with nothing to remember are let go. */
const kept = 10_000;

/** Rows and bytes are known when a call ends, so a window may be overdrawn by the calls that ran when it was used up. */
export function createAllowances(
  whose: 'principal' | 'database',
  allowance: Allowance,
  now: () => number = () => performance.now(),
): Allowances {
  const accounts = new Map<string, Account>();

  function accountOf(key: string): Account {
    const known = accounts.get(key);
    if (known !== undefined) return renewed(known);
    if (accounts.size >= kept) forget();
    const made = { since: now(), running: 0, calls: 0, rows: 0, bytes: 0 };
    accounts.set(key, made);
    return made;
  }

  function renewed(account: Account): Account {
    if (now() - account.since < allowance.window) return account;
    return Object.assign(account, { since: now(), calls: 0, rows: 0, bytes: 0 });
  }

  function forget(): void {
    for (const [key, account] of accounts) {
      if (account.running === 0 && now() - account.since >= allowance.window) accounts.delete(key);
    }
  }

  function refuse(what: string, milliseconds: number): never {
    const owner = whose === 'principal' ? 'you' : 'the database';
    throw new Refusal('LIMIT_EXCEEDED', `The ${what} allowed to ${owner} are used up.`, {
      hint: `Try again in ${Math.max(1, Math.ceil(milliseconds / 1000))} s.`,
      safeToRetry: true,
    });
  }

  function check(account: Account): void {
    if (account.running >= (allowance.maxConcurrency ?? Number.POSITIVE_INFINITY)) refuse('calls at once', 1000);
    for (const what of ['calls', 'rows', 'bytes'] as const) {
      const limit = allowance[what];
      if (limit !== undefined && account[what] >= limit) {
        refuse(`${what} of this window`, account.since + allowance.window - now());
      }
    }
  }

  return {
    begin(key) {
      const account = accountOf(key);
      check(account);
      account.running += 1;
      account.calls += 1;
      return {
        end(rows, bytes) {
          account.running -= 1;
          account.rows += rows;
          account.bytes += bytes;
        },
      };
    },
  };
}
