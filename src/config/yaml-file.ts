/** A YAML file read once: its value, the SHA-256 of its bytes, and the line of every key in it. */

import { createHash } from 'node:crypto';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { ConfigError, type Finding } from './findings.ts';

export type KeyPath = readonly PropertyKey[];

export interface YamlFile {
  readonly file: string;
  readonly sha256: string;
  readonly text: string;
  readonly value: unknown;
  /** 1-based line of the key at `path`, or of the nearest key above it that is written. */
  readonly lineOf: (path: KeyPath) => number;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

/** The node under `key`, and where the key itself stands. */
function child(
  node: Node | null | undefined,
  key: PropertyKey,
): { value: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    return pair && { value: pair.value, offset: startOf(pair.key) };
  }
  if (!isSeq(node) || typeof key !== 'number' || key >= node.items.length) return undefined;
  return { value: node.items[key], offset: startOf(node.items[key]) };
}

function locate(root: ParsedNode | null, path: KeyPath): number {
  let node: unknown = root;
  let offset = 0;
  for (const key of path) {
    const found = isMap(node) || isSeq(node) ? child(node, key) : undefined;
    if (found === undefined) break;
    offset = found.offset ?? offset;
    node = found.value;
  }
  return offset;
}

/** Follows aliases, so many and no more: a few lines of them could fill the memory. */
function expand(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    const message = 'aliases are nested or repeated too often';
    throw new ConfigError([{ severity: 'error', file, line: 1, key: 'YAML', message }]);
  }
}

/** For what the parser says by quoting the text: that may be a password which should not stand there. */
const sentences: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'a value begins with ! and would be a tag: write it in quotes',
  BAD_DQ_ESCAPE: 'a text in double quotes holds an escape that YAML does not know',
  BAD_DIRECTIVE: 'a line begins with % and would be a directive: write it in quotes',
};

/** Where the parser quotes elsewhere, it does so after a colon. */
const sentenceOf = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  sentences[code] ?? message.replace(/\s+/g, ' ').replace(/: .*$/, '');

/**
 * Reads YAML 1.2 (so `yes` and `on` are words, not booleans); aliases and anchors are allowed, merge keys and duplicate
 * keys are not. Throws ConfigError with every syntax error.
 */
export function readYaml(file: string, text: string): YamlFile {
  const { document, lines } = parse(text);
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw new ConfigError(
      problems.map((problem): Finding => {
        const line = lines.linePos(problem.pos[0]).line;
        return { severity: 'error', file, line, key: 'YAML', message: sentenceOf(problem) };
      }),
    );
  }
  const value = expand(file, document) ?? {};
  const sha256 = createHash('sha256').update(text).digest('hex');
  // the tree is a hundred times the text, and seldom asked for again: it is made anew where there is something to say
  let again: ReturnType<typeof parse> | undefined;
  const lineOf = (path: KeyPath) => {
    again ??= parse(text);
    return again.lines.linePos(locate(again.document.contents, path)).line;
  };
  return { file, sha256, text, value, lineOf };
}

function parse(text: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false, merge: false });
  return { document, lines };
}
