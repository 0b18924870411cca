/** Tests of a policy, written beside it as YAML: who, which statement, and what must come of it. */

import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type ErrorCode, errorTable } from '../model/errors.ts';
import { isPrincipalId } from '../model/principal.ts';
import type { Walked } from './explain.ts';
import { type Fault, PolicyUnusable } from './fault.ts';
import { printName } from './identifiers.ts';

const codes = Object.keys(errorTable);
const isCode = (text: string): text is ErrorCode => codes.includes(text);

const shared = {
  database: z.string().min(1).optional(),
  principal: z.string().refine(isPrincipalId, 'is not the id of a principal').optional(),
  roles: z.array(z.string().min(1)).optional(),
};
const oneCase = z.strictObject({
  ...shared,
  name: z.string().optional(),
  sql: z.string().min(1),
  /** The statement may write, where the database can be written. */
  write: z.boolean().optional(),
  expect: z
    .string()
    .refine(
      (text) => text === 'permit' || text === 'deny' || isCode(text),
      'must be permit, deny or a code such as POLICY_DENIED',
    ),
  /** Every column read or written, as schema.relation.column; in any order. */
  columns: z.array(z.string()).optional(),
});
const file = z.union([
  z.array(oneCase).transform((cases) => ({ cases })),
  z.strictObject({
    ...shared,
    /** SQL file that makes the relations, loaded into an embedded database: no connection is needed then. */
    catalog: z.string().optional(),
    /** The policy file to test, where it is not the one the database's id leads to. */
    policy: z.string().optional(),
    readonly: z.boolean().optional(),
    cases: z.array(oneCase).min(1),
  }),
]);

export interface PolicyCase {
  readonly name: string;
  /** 1-based line of the file. */
  readonly line: number;
  readonly database: string;
  readonly principal: string;
  readonly roles: readonly string[];
  readonly sql: string;
  readonly write: boolean;
  readonly expect: string;
  readonly columns: readonly string[] | undefined;
}

export interface PolicyTestFile {
  readonly file: string;
  readonly catalog: string | undefined;
  readonly policy: string | undefined;
  readonly readonly: boolean | undefined;
  readonly cases: readonly PolicyCase[];
}

/** Throws PolicyUnusable with file, line and hint for what cannot be read. */
export function readPolicyTests(name: string, text: string): PolicyTestFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (line: number, message: string): never => {
    const fault: Fault = {
      file: name,
      line,
      message,
      hint: 'A case has principal, database, sql and expect: permit, deny or a code.',
    };
    throw new PolicyUnusable([fault]);
  };
  const [broken] = document.errors;
  if (broken) fail(lines.linePos(broken.pos[0]).line, 'the file is not YAML');
  const node = isMap(document.contents) ? document.get('cases', true) : document.contents;
  const lineOf = (index: number): number => {
    const item = isSeq(node) ? node.items[index] : undefined;
    const range =
      typeof item === 'object' && item !== null && 'range' in item && Array.isArray(item.range)
        ? Number(item.range[0])
        : 0;
    return lines.linePos(range).line;
  };
  const reading = file.safeParse(document.toJS());
  if (!reading.success) {
    const issue = deepest(reading.error.issues);
    const index = issue.path.find((part) => typeof part === 'number');
    return fail(index === undefined ? 1 : lineOf(index), `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  }
  const parsed = {
    database: undefined,
    principal: undefined,
    roles: undefined,
    catalog: undefined,
    policy: undefined,
    readonly: undefined,
    ...reading.data,
  };
  const cases = parsed.cases.map((each, index): PolicyCase => {
    const line = lineOf(index);
    return {
      name: each.name ?? each.sql.trim().replace(/\s+/g, ' ').slice(0, 80),
      line,
      database: each.database ?? parsed.database ?? fail(line, 'the case names no database'),
      principal: each.principal ?? parsed.principal ?? fail(line, 'the case names no principal'),
      roles: each.roles ?? parsed.roles ?? [],
      sql: each.sql,
      write: each.write ?? false,
      expect: each.expect,
      columns: each.columns,
    };
  });
  return { file: name, catalog: parsed.catalog, policy: parsed.policy, readonly: parsed.readonly, cases };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of the alternatives of the file's shape, what was nearest to fitting says most. */
function deepest(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[] = []): Issue {
  const found = issues.flatMap((issue): Issue[] => {
    const path = [...base, ...issue.path];
    return issue.code === 'invalid_union'
      ? issue.errors.map((inner) => deepest(inner, path))
      : [{ path, message: issue.message }];
  });
  return found.sort((a, b) => b.path.length - a.path.length)[0] ?? { path: base, message: 'is not a policy test' };
}

/** What differs from what the case expects, one sentence; undefined when nothing does. */
export function compare({ expect, columns }: PolicyCase, { access, error }: Walked): string | undefined {
  const met =
    expect === 'permit' ? error === undefined : expect === 'deny' ? error !== undefined : error?.code === expect;
  if (!met) return `expected ${expect}, got ${error === undefined ? 'permit' : `${error.code}: ${error.message}`}`;
  if (columns === undefined) return undefined;
  const used = (access?.relations ?? []).flatMap(({ schema, name, columns: uses }) =>
    uses.map((use) => printName(schema, name, use.name)),
  );
  const missing = columns.filter((column) => !used.includes(column));
  const more = [...new Set(used)].filter((column) => !columns.includes(column));
  if (missing.length === 0 && more.length === 0) return undefined;
  const parts = [
    missing.length > 0 ? `not used: ${missing.join(', ')}` : '',
    more.length > 0 ? `used beside: ${more.join(', ')}` : '',
  ];
  return `the columns differ; ${parts.filter((part) => part !== '').join('; ')}`;
}
