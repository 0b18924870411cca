/** What passes on a terminal goes when something else is told, fits a line, and shows nowhere else. */

import { expect, test, vi } from 'vitest';
import { createPaint } from '../../src/cli/paint.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

/** What a person sees in the end: lines as a terminal leaves them. */
function screenOf(written: string): string[] {
  return written.split('\n').map((line) => {
    let shown = '';
    for (const part of line.split('\r')) shown = part + shown.slice(part.length);
    return shown.trimEnd();
  });
}

function watchedBy(isTTY: boolean) {
  let written = '';
  const stream = { write: (text: string) => (written += text), isTTY, columns: 20 };
  return { terminal: createTerminal(stream, stream), written: () => written };
}

test('a passing line is gone when something is told, and one too long is cut', () => {
  const { terminal, written } = watchedBy(true);
  terminal.passing('reaching a database with a long name');
  expect(screenOf(written())).toEqual(['reaching a databas…']);
  terminal.out('orders: reached');
  terminal.passing('reaching b');
  terminal.passing('');
  terminal.err('done');
  expect(screenOf(written())).toEqual(['orders: reached', 'done', '']);
  expect(written()).not.toContain('\u001b');
});

test('passing lines come at a pace that can be read', () => {
  const { terminal, written } = watchedBy(true);
  for (let number = 0; number < 1000; number++) terminal.passing(`record ${number}`);
  expect(screenOf(written())).toEqual(['record 0']);
});

test('where nobody looks nothing passes, and nothing is coloured; nor with NO_COLOR', () => {
  const { terminal, written } = watchedBy(false);
  terminal.passing('reaching a');
  terminal.out('orders: reached');
  expect(written()).toBe('orders: reached\n');
  expect(createPaint(false).red('BAD')).toBe('BAD');
  vi.stubEnv('NO_COLOR', '1');
  expect(createPaint(true).red('BAD')).toBe('BAD');
  vi.stubEnv('NO_COLOR', '');
  expect(createPaint(true).red('BAD')).toBe('\u001b[31mBAD\u001b[0m');
  vi.unstubAllEnvs();
});

test('what names and callers wrote moves and colours nothing where somebody looks; a file gets it as it is', () => {
  const hostile = 'orders \u001b]0;owned\u0007\u001b[2J\u001b[8m \u009b1A \u202egnp.exe\r gone\b\u007f \u{e0041}';
  const { terminal, written } = watchedBy(true);
  terminal.out(`${hostile}\nnext\tline`);
  terminal.err(hostile);
  expect(written()).not.toMatch(/[^\P{C}\n\t]/u);
  expect(written()).toContain('next\tline');
  const piped = watchedBy(false);
  piped.terminal.out(hostile);
  expect(piped.written()).toBe(`${hostile}\n`);
});

test('our own colours reach the screen', () => {
  const { terminal, written } = watchedBy(true);
  terminal.out('\u001b[31mrefused\u001b[0m\r\n');
  expect(written()).toBe('\u001b[31mrefused\u001b[0m\r\n\n');
});
