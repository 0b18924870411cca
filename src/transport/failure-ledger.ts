/** Refused callers, put on record without letting them fill the disk: the first ones singly, a flood by its number, for each address. */

import { identityOf, type Principal } from '../model/principal.ts';

/** What is known of a refused request. */
export interface RefusedRequest {
  readonly address: string;
  readonly path: string;
  /** Whose credentials were good, and given for something else; absent where they were none. */
  readonly principal?: Principal;
}

export interface AuthenticationFailure extends Omit<RefusedRequest, 'address'> {
  /** Absent where the record stands for more addresses than are told apart. */
  readonly address?: string;
  /** Further refusals since the last record, which this one stands for. */
  readonly others: number;
}

export interface FailureLedger {
  /** Resolves when the refusal is on record, or counted. Rejects as the record does. */
  readonly note: (refused: RefusedRequest) => Promise<void>;
  /** Puts on record what was only counted. */
  readonly close: () => Promise<void>;
}

export interface LedgerLimits {
  /** Refusals recorded one by one in each window, of one caller and in all. */
  readonly each: number;
  readonly all: number;
  /** Callers counted each for itself in a window; those beyond are counted together. */
  readonly callers: number;
  /** Milliseconds. */
  readonly window: number;
}

const defaultLimits: LedgerLimits = { each: 100, all: 300, callers: 100, window: 10_000 };

interface Account {
  seen: number;
  counted?: AuthenticationFailure;
}

/**
 * Anyone who reaches the port can be refused as often as he likes, and every record is kept for years; a full disk stops
 * every query. So beyond a number no honest mistake reaches, refusals are counted and recorded together: by address, so
 * that the one who floods hides nobody else.
 */
export function createFailureLedger(
  record: (failure: AuthenticationFailure) => Promise<void>,
  { each, all, callers, window }: LedgerLimits = defaultLimits,
): FailureLedger {
  let accounts = new Map<string, Account>();
  let rest: Account = { seen: each };
  let singly = 0;
  let timer: NodeJS.Timeout | undefined;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const counted = [...accounts.values(), rest].flatMap((account) => account.counted ?? []);
    accounts = new Map();
    rest = { seen: each };
    singly = 0;
    await Promise.all(counted.map(record));
  }

  function accountOf({ address, principal }: RefusedRequest): Account {
    const key = JSON.stringify([address, principal && identityOf(principal)]);
    const known = accounts.get(key);
    if (known !== undefined) return known;
    if (accounts.size >= callers) return rest;
    const made = { seen: 0 };
    accounts.set(key, made);
    return made;
  }

  return {
    async note(refused) {
      timer ??= setTimeout(() => void turn().catch(() => undefined), window).unref();
      const account = accountOf(refused);
      account.seen += 1;
      if (account.seen <= each && singly < all) {
        singly += 1;
        return record({ ...refused, others: 0 });
      }
      const { address, path, principal } = refused;
      const shown = account === rest ? { path } : { address, path, ...(principal && { principal }) };
      account.counted = { ...shown, others: account.counted === undefined ? 0 : account.counted.others + 1 };
    },
    close: turn,
  };
}
