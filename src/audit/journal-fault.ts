/** The failure that a journal does not outlive: it stays as it is for the next start, and nothing more is acknowledged until then. */

export interface JournalFault {
  /** The first one, where there was any. */
  readonly raised: () => { readonly error: unknown } | undefined;
  readonly raise: (error: unknown) => void;
}

export function createJournalFault(report: (message: string, cause?: unknown) => void): JournalFault {
  let raised: { readonly error: unknown } | undefined;
  return {
    raised: () => raised,
    raise(error) {
      raised ??= { error };
      report(
        'the audit journal, or a log behind it, could not be flushed; nothing is recorded until the next start',
        error,
      );
    },
  };
}
