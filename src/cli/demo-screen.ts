/** How the demo looks: headings, answers as tables, what was promised and what came. Colour only on a terminal that wants it. */

import { printable } from '../audit/record-line.ts';
import type { Terminal } from './deps.ts';
import { aligned, folded } from './layout.ts';
import { createPaint } from './paint.ts';

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

/** Lines are folded where somebody looks; elsewhere they are as long as they are. */
export function createScreen({ out, interactive, width }: Pick<Terminal, 'out' | 'interactive' | 'width'>): Screen {
  const fold = (text: string, from: number) => (interactive ? folded(printable(text), from, width) : printable(text));
  const { bold, dim, red, green, cyan } = createPaint(interactive);
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

/** Objects of one shape as an aligned table; anything else as JSON, one a line. */
function tableLines(rows: readonly unknown[]): readonly string[] {
  const objects = rows.flatMap((row) => (typeof row === 'object' && row !== null ? [Object.entries(row)] : []));
  const [first] = objects;
  if (first === undefined || objects.length < rows.length) return rows.map((row) => JSON.stringify(row));
  const cells = [first.map(([name]) => name), ...objects.map((row) => row.map(([, value]) => cellText(value)))];
  return aligned(cells).split('\n');
}

function cellText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
