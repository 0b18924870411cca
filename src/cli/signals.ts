/** What an operator tells a server by signals, heard from the first moment on: what comes too early is kept for later. */

export interface Signals {
  /** Resolves with the first SIGTERM or SIGINT; a second one ends the process at once. */
  readonly stopped: Promise<string>;
  /** Whether one came. */
  readonly isStopped: () => boolean;
  /** `act` is called at each SIGHUP from now on; and now, once for all, where some came before. */
  readonly onHangUp: (act: () => void) => void;
}

/** For the life of the process, which no SIGHUP ends from now on: not while it starts, and not while its last calls end. */
export function hearSignals(): Signals {
  let missed = false;
  let act = () => {
    missed = true;
  };
  process.on('SIGHUP', () => act());
  let first: string | undefined;
  const stopped = new Promise<string>((resolve) => {
    const stop = (name: string) => {
      process.off('SIGTERM', stop).off('SIGINT', stop);
      first = name;
      resolve(name);
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });
  return {
    stopped,
    isStopped: () => first !== undefined,
    onHangUp(now) {
      act = now;
      if (missed) now();
      missed = false;
    },
  };
}
