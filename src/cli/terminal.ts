/** The terminal of a process: what is written stays, what passes goes when something else is told. */

import type { Terminal } from './deps.ts';

interface Stream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Milliseconds between two passing lines: more would only flicker. */
const pace = 100;

/** Colours of our own (paint.ts), or a character that is not seen, moves others or speaks to the terminal. */
const steering = /\u001b\[(?:[0-2]|3[1-6])m|\r(?!\n)|[^\P{C}\r\n\t]|[\u2028\u2029]/gu;

/** Names of databases, and what callers wrote into a log, are shown and never obeyed. */
const harmless = (text: string): string =>
  text.replace(steering, (found) => (found.startsWith('\u001b[') ? found : '\ufffd'));

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
    stream.write(`${stream.isTTY === true ? harmless(text) : text}\n`);
  };
  return {
    out: stay(stdout),
    err: stay(stderr),
    passing(text) {
      if (!watched || (text !== '' && performance.now() - last < pace)) return;
      last = text === '' ? Number.NEGATIVE_INFINITY : performance.now();
      const room = (stderr.columns ?? 80) - 1;
      const shown = harmless(text);
      replace(shown.length > room ? `${shown.slice(0, room - 1)}…` : shown);
    },
    interactive: stdout.isTTY === true,
    watched,
    width: stdout.columns ?? 80,
  };
}
