/** The pages of the documentation and their code blocks. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Every Markdown page a reader is led to, as a path from the root. */
export const pages: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'src/README.md', 'policies/README.md'],
  ...['audit/README.md', 'audit/CONTROLS.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

export const readPage = (page: string): string => readFileSync(join(root, page), 'utf8');

export interface CodeBlock {
  readonly page: string;
  /** 1-based line of its opening fence. */
  readonly line: number;
  /** First word behind the fence; empty where there is none. */
  readonly language: string;
  readonly text: string;
  /** The nearest heading above it. */
  readonly heading: string;
}

export function codeBlocks(page: string): CodeBlock[] {
  const found: CodeBlock[] = [];
  let heading = '';
  let open: { line: number; language: string; text: string[] } | undefined;
  for (const [at, line] of readPage(page).split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open === undefined) {
      if (fence !== null) open = { line: at + 1, language: fence[1] ?? '', text: [] };
      else if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
    } else if (fence !== null) {
      const { line: first, language, text } = open;
      found.push({ page, line: first, language, heading, text: `${text.join('\n')}\n` });
      open = undefined;
    } else open.text.push(line);
  }
  return found;
}
