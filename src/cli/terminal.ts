/** The terminal of a process: what is written stays, what passes goes when something else is told. */

import type { Terminal } from './deps.ts';

interface Stream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Milliseconds between two passing lines: more would only flicker. */
const pace = 100;

export function createTerminal(stdout: Stream, stderr: Stream): Terminal {
  const watched = stderr.isTTY === true;
  let passing = '';
  let last = Number.NEGATIVE_INFINITY;

  /** Without colour and without any other code: a terminal that knows nothing shows it too. */
  const replace = (text: string) => {
    if (text === '' && passing === '') return;
    stderr.write(`\r${text.padEnd(passing.length)}${text === '' ? '\r' : ''}`);
    passing = text;
  };
  const stay = (stream: Stream) => (text: string) => {
    replace('');
    stream.write(`${text}\n`);
  };
  return {
    out: stay(stdout),
    err: stay(stderr),
    passing(text) {
      if (!watched || (text !== '' && performance.now() - last < pace)) return;
      last = text === '' ? Number.NEGATIVE_INFINITY : performance.now();
      const room = (stderr.columns ?? 80) - 1;
      replace(text.length > room ? `${text.slice(0, room - 1)}…` : text);
    },
    interactive: stdout.isTTY === true,
    watched,
    width: stdout.columns ?? 80,
  };
}
