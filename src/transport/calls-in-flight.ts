/** The calls running now, so that a stop can wait until each has left its last record. */

export interface CallsInFlight {
  /** Counts one until `leave`. */
  readonly enter: () => void;
  readonly leave: () => void;
  /** Counts `work` until it settles and hands it through. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
  /** Resolves when nothing runs, or after `deadline` milliseconds; true when nothing runs. */
  readonly idle: (deadline: number) => Promise<boolean>;
}

export function createCallsInFlight(): CallsInFlight {
  let running = 0;
  let waiting: (() => void)[] = [];

  function enter(): void {
    running += 1;
  }

  function leave(): void {
    running -= 1;
    if (running > 0) return;
    const told = waiting;
    waiting = [];
    for (const tell of told) tell();
  }

  return {
    enter,
    leave,
    async track(work) {
      enter();
      try {
        return await work;
      } finally {
        leave();
      }
    },
    async idle(deadline) {
      if (running === 0) return true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadline);
      });
      const drained = new Promise<void>((resolve) => waiting.push(resolve));
      await Promise.race([drained, late]);
      clearTimeout(timer);
      return running === 0;
    },
  };
}
