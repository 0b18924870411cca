/** The calls running now, so that a stop can wait until each has left its last record. */

export interface CallsInFlight {
  /** Counts `work` until it settles and hands it through. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
  /** Resolves when nothing runs, or after `deadline` milliseconds; true when nothing runs. */
  readonly idle: (deadline: number) => Promise<boolean>;
}

export function createCallsInFlight(): CallsInFlight {
  const running = new Set<Promise<unknown>>();

  async function drained(): Promise<true> {
    while (running.size > 0) await Promise.allSettled(running);
    return true;
  }

  return {
    async track(work) {
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    async idle(deadline) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), deadline);
      });
      try {
        return await Promise.race([drained(), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
