/** Refused callers, put on record without letting them fill the disk: the first ones singly, a flood by its number. */

/** What is known of a request that nobody vouched for. */
export interface AuthenticationFailure {
  readonly address: string;
  readonly path: string;
  /** Known credentials that were not enough; absent where they were none. */
  readonly why?: 'scope';
  /** Further refusals since the last record, which this one stands for. */
  readonly others: number;
}

export interface FailureLedger {
  /** Resolves when the refusal is on record, or counted. Rejects as the record does. */
  readonly note: (address: string, path: string, why?: 'scope') => Promise<void>;
  /** Puts on record what was only counted. */
  readonly close: () => Promise<void>;
}

export interface LedgerLimits {
  /** Refusals recorded one by one in each window. */
  readonly singly: number;
  /** Milliseconds. */
  readonly window: number;
}

const defaultLimits: LedgerLimits = { singly: 100, window: 10_000 };

/**
 * Anyone who reaches the port can be refused as often as he likes, and every record is kept for years; a full disk stops
 * every query. So beyond a number no honest mistake reaches, refusals are counted and recorded together.
 */
export function createFailureLedger(
  record: (failure: AuthenticationFailure) => Promise<void>,
  { singly, window }: LedgerLimits = defaultLimits,
): FailureLedger {
  let seen = 0;
  let last: AuthenticationFailure | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    seen = 0;
    const counted = last;
    last = undefined;
    if (counted !== undefined) await record(counted);
  }

  return {
    async note(address, path, why) {
      const known = { address, path, ...(why === undefined ? {} : { why }) };
      timer ??= setTimeout(() => void turn().catch(() => undefined), window).unref();
      seen += 1;
      if (seen <= singly) await record({ ...known, others: 0 });
      else last = { ...known, others: last === undefined ? 0 : last.others + 1 };
    },
    close: turn,
  };
}
