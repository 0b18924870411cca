/** How the demo looks: headings, answers as tables, what was promised and what came. Colour only on a terminal that wants it. */

import { printable } from '../audit/record-line.ts';
import { isColourWanted } from '../config/environment.ts';
import type { Terminal } from './deps.ts';

export interface Screen {
  readonly title: (text: string) => void;
  /** A step of the tour: its number, who, and what for. */
  readonly step: (number: number, text: string) => void;
  readonly sql: (text: string) => void;
  readonly rows: (rows: readonly unknown[]) => void;
  readonly refused: (code: string, message: string) => void;
  readonly audit: (line: string, denied: boolean) => void;
  readonly kept: (promise: string, kept: boolean) => void;
  readonly line: (text?: string) => void;
}

/** Rows of an answer that are shown; the rest is counted. */
const shownRows = 5;

/** `width`: columns of the terminal, where somebody looks at one; elsewhere lines are as long as they are. */
export function createScreen({ out, interactive }: Terminal, width = process.stdout.columns ?? 80): Screen {
  const fold = (text: string, from: number) => (interactive ? folded(printable(text), from, width) : printable(text));
  const colour = interactive && isColourWanted();
  const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, red, green, cyan] = [paint(1), paint(2), paint(31), paint(32), paint(36)];
  return {
    title: (text) => out(`\n${bold(text)}`),
    step: (number, text) => out(`\n${bold(`${number}. ${text}`)}`),
    sql: (text) => out(`   ${cyan(fold(text, 3))}`),
    rows(rows) {
      for (const line of tableLines(rows.slice(0, shownRows))) out(`   ${printable(line)}`);
      if (rows.length > shownRows) out(dim(`   … ${rows.length - shownRows} more`));
    },
    refused: (code, message) => out(`   ${red(code)}  ${fold(message, code.length + 5)}`),
    audit: (line, denied) => out(`   ${denied ? red('audit') : dim('audit')}  ${dim(fold(line, 10))}`),
    kept: (promise, kept) => out(`   ${kept ? green('✓') : red('✗ NOT AS PROMISED:')} ${fold(promise, kept ? 5 : 23)}`),
    line: (text = '') => out(text),
  };
}

/** Goes on in the next line at a word, below the column where it began; a word wider than the terminal stays whole. */
function folded(text: string, from: number, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)(?=\S)/)) {
    if (line !== '' && from + (line + word).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line].join(`\n${' '.repeat(from)}`);
}

/** Objects of one shape as an aligned table; anything else as JSON, one a line. */
function tableLines(rows: readonly unknown[]): readonly string[] {
  const objects = rows.flatMap((row) => (typeof row === 'object' && row !== null ? [Object.entries(row)] : []));
  const [first] = objects;
  if (first === undefined || objects.length < rows.length) return rows.map((row) => JSON.stringify(row));
  const cells = [first.map(([name]) => name), ...objects.map((row) => row.map(([, value]) => cellText(value)))];
  const widths = first.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
