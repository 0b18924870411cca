/** Every code block of every page is checked by what would read it; those nothing can read are listed with the reason. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { loadConfig } from '../../src/config/load-config.ts';
import { errorTable } from '../../src/model/errors.ts';
import { readPolicyTests } from '../../src/policy/policy-tests.ts';
import { readPolicyText } from '../../src/policy/policy-text.ts';
import { parseTree } from '../../src/sql/parser.ts';
import { silentProgram } from './command-reference.ts';
import { type CodeBlock, codeBlocks, pages, readPage, root } from './pages.ts';

const blocks = pages.flatMap(codeBlocks);
const named = (block: CodeBlock) => `${block.page}:${block.line} ${block.language}`;
const ofLanguage = (...languages: readonly string[]) => blocks.filter(({ language }) => languages.includes(language));

/** Blocks without a reader: a word of the block → why. */
const drawings: readonly (readonly [string, string])[] = [
  ['── the corridor ──', 'a drawing of the corridor'],
  ['broker/broker.ts ─', 'a drawing of the corridor'],
  ['<audit.directory>/', 'a drawing of a directory'],
  ['<prefix><series>/', 'a drawing of a bucket'],
];

/** Pages whose plain blocks are what commands say: the test that runs them and compares. */
const compared: Readonly<Record<string, string>> = {
  'docs/commands.md': 'test/config/printed-pages.test.ts',
  'docs/auditing.md': 'test/docs/auditing.test.ts',
};

const known = ['sh', 'yaml', 'csv', 'json', 'sql', 'text', ''];

test('every block says what it is in a language that is checked', () => {
  expect(blocks.length).toBeGreaterThan(60);
  expect(blocks.filter(({ language }) => !known.includes(language)).map(named)).toEqual([]);
});

test('a block without a language holds commands, or is a drawing on the list', () => {
  const plain = ofLanguage('', 'text')
    .filter(({ page }) => !(page in compared))
    .filter(({ text }) => commandLines(text).length === 0);
  expect(plain.filter(({ text }) => !drawings.some(([word]) => text.includes(word))).map(named)).toEqual([]);
  expect(drawings.filter(([word]) => !plain.some(({ text }) => text.includes(word)))).toEqual([]);
});

test('pages compared elsewhere are', () => {
  const missing = Object.entries(compared).filter(
    ([page, file]) => !readPage(file).includes(page.replace('docs/', '')),
  );
  expect(missing).toEqual([]);
});

/** The calls of pgwarden in a text, as words; what stands behind them as a comment or in a second column is no part of them. */
function commandLines(text: string): string[] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  return joined.split('\n').flatMap((line) => {
    const [, call] = /^(?:\$ )?(?:sudo )?(?:node dist\/main\.js|pgwarden)(?= |$)(.*)$/.exec(line.trim()) ?? [];
    return call === undefined
      ? []
      : [
          call
            .replace(/\s{2,}.*$/, '')
            .replace(/\s[>|&#].*$/, '')
            .replace(/\s\(.*\)$/, '')
            .trim(),
        ];
  });
}

/** Words as a shell gives them; nothing is run and nothing expanded but quotes. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');

/** Why the program would not take these words; undefined where it would. */
function misfit(args: readonly string[]): string | undefined {
  const program = silentProgram([]);
  let command: Command = program;
  const rest = [...args];
  for (
    let inner: Command | undefined;
    rest[0] !== undefined && !rest[0].startsWith('-');
    command = inner, rest.shift()
  ) {
    inner = command.commands.find((each) => each.name() === rest[0]);
    if (inner === undefined) break;
  }
  if (command.parent === null && rest[0] !== undefined && !rest[0].startsWith('-'))
    return `there is no command ${rest[0]}`;
  const serve = program.commands.find((each) => each.name() === 'serve');
  const options = [...command.options, ...(serve?.options ?? [])];
  const spelled = (word: string) => word.replace(/=.*/s, '').replaceAll('_', '-');
  const unknown = rest
    .filter((word) => /^--?[a-z]/i.test(word))
    .find(
      (word) =>
        options.every(({ long, short }) => long?.replaceAll('_', '-') !== spelled(word) && short !== word) &&
        !['--help', '-h'].includes(word),
    );
  return unknown === undefined ? undefined : `${command.name()} has no ${unknown}`;
}

describe('commands', () => {
  test.each(ofLanguage('sh', '').filter(({ text }) => commandLines(text).length > 0))('$page:$line', ({ text }) => {
    const wrong = commandLines(text).flatMap((line) => misfit(words(line)) ?? []);
    expect(wrong).toEqual([]);
  });

  test('commands named in running text exist too', () => {
    const called = pages
      .filter((page) => page !== 'docs/commands.md')
      .flatMap((page) =>
        [
          ...readPage(page)
            .replace(/```[\s\S]*?```/g, '')
            .matchAll(/`pgwarden ((?:[a-z-]+ ?)+)/g),
        ].map(([, call]) => ({ page, call: call ?? '' })),
      );
    expect(called.length).toBeGreaterThan(20);
    expect(called.filter(({ call }) => misfit(words(call).slice(0, 1)) !== undefined)).toEqual([]);
  });

  test.each(ofLanguage('sh'))('$page:$line is what a shell reads, and its npm scripts exist', ({ text }) => {
    execFileSync('sh', ['-n'], { input: text });
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const called = [...text.matchAll(/npm run (?:--silent )?([\w-]+)/g)].map(([, name]) => name ?? '');
    expect(called.filter((name) => !(name in scripts))).toEqual([]);
    const paths = [
      ...text.matchAll(/(?<![\w./])((?:test|audit|policies|deploy)\/[\w./-]+\.(?:ts|sh|md|yaml|json))/g),
    ].map(([, path]) => path ?? '');
    expect(paths.filter((path) => !existsSync(join(root, path)) && !path.includes('shop'))).toEqual([]);
  });
});

describe('yaml', () => {
  const isTests = (value: unknown) =>
    Array.isArray(value) || (typeof value === 'object' && value !== null && 'cases' in value);

  /** The configurations shown above it on the same page: a later block may speak of what an earlier one began. */
  const earlier = (page: string, line: number): unknown[] =>
    ofLanguage('yaml')
      .filter((block) => block.page === page && block.line < line)
      .map(({ text }): unknown => parseYaml(text))
      .filter((value) => !isTests(value));

  const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

  /** `later` over `before`. */
  function merge(later: unknown, before: unknown): unknown {
    if (!isMap(later) || !isMap(before)) return later;
    const both = Object.keys(later).filter((key) => key in before);
    return { ...before, ...later, ...Object.fromEntries(both.map((key) => [key, merge(later[key], before[key])])) };
  }

  /** Read as the server reads it; one that names no database, or not its type, is given one. JSON is YAML. */
  function asConfig(value: unknown): { readonly ok: true } | { readonly ok: false; readonly why: string } {
    const directory = mkdtempSync(join(tmpdir(), 'pgwarden-docs-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'config.yaml');
    const shown = isMap(value) && isMap(value['databases']) ? Object.keys(value['databases']) : [];
    const stubs = Object.fromEntries(['sandbox', ...shown].map((id) => [id, { type: 'embedded' }]));
    const own = isMap(value) ? { default_database: 'sandbox', ...value } : value;
    writeFileSync(file, JSON.stringify(merge(own, { databases: stubs })));
    try {
      loadConfig(file, {});
      return { ok: true };
    } catch (thrown) {
      return { ok: false, why: String(thrown) };
    }
  }

  test.each(ofLanguage('yaml'))('$page:$line is a configuration, or a policy test', ({ page, line, text }) => {
    const value: unknown = parseYaml(text);
    if (isTests(value)) {
      const body = Array.isArray(value) ? `database: shop\ncases:\n${text}` : text;
      expect(readPolicyTests(page, body).cases.length).toBeGreaterThan(0);
      return;
    }
    const alone = asConfig(value);
    const result = alone.ok ? alone : asConfig(earlier(page, line).reduceRight<unknown>(merge, value));
    expect(result).toEqual({ ok: true });
  });
});

test.each(ofLanguage('csv'))('$page:$line: csv is policy rows, every one of them', ({ page, text }) => {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const ids = [...new Set(lines.map((line) => line.split(',')[line.startsWith('g') ? 3 : 2]?.trim() ?? ''))];
  const { rows, faults } = readPolicyText(page, text, { databases: ids, rolesOnly: false });
  expect(faults).toEqual([]);
  expect(rows.rules.length + rows.limits.length + rows.masks.length + rows.links.length).toBe(lines.length);
});

test.each(ofLanguage('json'))(
  '$page:$line: json is what a client keeps, or an error with a code that exists',
  ({ text }) => {
    const value: Readonly<Record<string, unknown>> = JSON.parse(text);
    const { error } = value;
    if (typeof error === 'object' && error !== null && 'code' in error)
      expect(Object.keys(errorTable)).toContain(error.code);
    else expect(Object.keys(value).some((key) => ['mcpServers', 'servers', 'result'].includes(key))).toBe(true);
  },
);

test.each(ofLanguage('sql'))('$page:$line: sql is what PostgreSQL reads', async ({ text }) => {
  expect((await parseTree(text)).stmts.length).toBeGreaterThan(0);
});

test('every link between pages leads somewhere, and its anchor is a heading there', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[`’'.,:()/?!*]/g, '')
      .replaceAll(' ', '-');
  const broken = pages.flatMap((page) =>
    [
      ...readPage(page)
        .replace(/```[\s\S]*?```/g, '')
        .matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g),
    ].flatMap(([, target = '']) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return [`${page} → ${target}`];
      if (anchor === undefined) return [];
      const headings = [...readPage(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading ?? ''));
      return headings.includes(anchor) ? [] : [`${page} → ${target}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('every page is reached by links from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) for (const file of linkedPages(page)) reached.add(file); // a Set is walked to its growing end
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

/** Pages a page links to, as paths from the root. */
function linkedPages(page: string): string[] {
  const links = [...readPage(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target]) =>
    join(dirname(page), target ?? ''),
  );
  return links.filter((file) => pages.includes(file));
}
