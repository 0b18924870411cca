/** Reads one policy file: every row is checked against the model, and the first doubt stops the load with file, line and hint. */

import { isPrincipalId } from '../model/principal.ts';
import { type Action, actions } from '../model/request.ts';
import { readAmount } from './amounts.ts';
import { type Fault, nearest } from './fault.ts';
import { readDottedName, star } from './identifiers.ts';
import type { MaskKind } from './permit.ts';
import { splitRow } from './policy-row.ts';
import { type Pattern, printPattern, readPattern } from './resource.ts';
import {
  columnActions,
  type LimitRow,
  type MaskRow,
  type RoleLink,
  type Rows,
  type Rule,
  roleSubject,
  type Subject,
  userSubject,
} from './rule.ts';
import { isSystemSchema } from './system-sets.ts';

/** What the database column of the rows may hold, and whether only role links may stand here (`roles.csv`). */
export interface Scope {
  readonly databases: readonly string[];
  readonly rolesOnly: boolean;
}

class Mistake extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

const fieldNames = {
  p: ['p', 'subject', 'database', 'resource', 'action', 'effect'],
  g: ['g', 'user', 'role', 'database'],
  limit: ['limit', 'subject', 'database', 'rows|bytes|time', 'amount'],
  mask: ['mask', 'subject', 'database', 'schema.relation.column', 'full|partial|hash'],
} as const;
type RowKind = keyof typeof fieldNames;
const rowKinds: readonly RowKind[] = ['p', 'g', 'limit', 'mask'];

/** Never throws for what the text holds: all faults come back at once, in the order of the lines. */
export function readPolicyText(
  file: string,
  text: string,
  scope: Scope,
): { readonly rows: Rows; readonly faults: readonly Fault[] } {
  const rules = new Map<string, Rule>();
  const links: RoleLink[] = [];
  const limits: LimitRow[] = [];
  const masks: MaskRow[] = [];
  const faults: Fault[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    try {
      const row = readRow(line, { file, line: index + 1, text: line }, scope);
      if ('pattern' in row) addOnce(rules, row);
      else if ('what' in row) limits.push(row);
      else if ('kind' in row) masks.push(row);
      else links.push(row);
    } catch (thrown) {
      if (!(thrown instanceof Mistake)) throw thrown;
      faults.push({ file, line: index + 1, message: thrown.message, hint: thrown.hint });
    }
  }
  return { rows: { rules: [...rules.values()], links, limits, masks }, faults };
}

/** casbin refuses a row it holds already; saying a thing twice means what saying it once means. */
function addOnce(rules: Map<string, Rule>, rule: Rule): void {
  const key = JSON.stringify(rule.casbin);
  if (!rules.has(key)) rules.set(key, rule);
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

function readRow(line: string, place: Place, scope: Scope): Rule | RoleLink | LimitRow | MaskRow {
  if (hasControlCharacter(line)) throw new Mistake('the line holds a control character', 'Policy rows are plain text.');
  const row = splitRow(line);
  if (!row.ok) throw new Mistake(row.why, 'Quoted names are written as in SQL and end on their line.');
  const kind = readKind(row.fields[0] ?? '');
  const names = fieldNames[kind];
  if (row.fields.length !== names.length)
    throw new Mistake(
      `a ${kind} row has ${names.length} fields, this one has ${row.fields.length}`,
      `Write: ${names.join(', ')}`,
    );
  const empty = row.fields.indexOf('');
  if (empty >= 0) throw new Mistake(`the ${names[empty] ?? ''} is empty`, `Write: ${names.join(', ')}`);
  if (scope.rolesOnly && kind !== 'g')
    throw new Mistake(
      `a ${kind} row does not belong in this file`,
      'roles.csv holds g rows alone; put rules in <database_id>.csv or default.csv.',
    );
  const [, first = '', second = '', third = '', fourth = '', fifth = ''] = row.fields;
  if (kind === 'g') return readLink(first, second, third, scope);
  checkDatabase(second, scope);
  const base = { ...place, subject: readSubject(first) };
  if (kind === 'p') return readRule(base, second, third, fourth, fifth);
  return kind === 'limit' ? readLimit(base, third, fourth) : readMask(base, third, fourth);
}

const hasControlCharacter = (line: string): boolean =>
  /[\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028\u2029]/.test(line);

function readKind(word: string): RowKind {
  const kind = rowKinds.find((candidate) => candidate === word);
  if (kind !== undefined) return kind;
  throw new Mistake(`"${word}" is no kind of row`, `A row begins with ${rowKinds.join(', ')}; a comment with #.`);
}

function checkDatabase(written: string, { databases }: Scope): void {
  if (databases.includes(written)) return;
  throw new Mistake(
    `the database column is "${written}", in this file it must be ${databases.map((id) => `"${id}"`).join(' or ')}`,
    databases.includes('*')
      ? 'Rows of this file stand for every database that uses it: write *.'
      : `Rules of another database belong in its own file, ${written}.csv.`,
  );
}

/** A bare word is a role; `user:` and `role:` say which of the two namespaces is meant. */
function readSubject(written: string): Subject {
  if (written === '*') return '*';
  if (written.startsWith('user:')) return userSubject(readId(written.slice('user:'.length), 'user'));
  return roleSubject(readId(written.startsWith('role:') ? written.slice('role:'.length) : written, 'role'));
}

function readId(id: string, what: 'user' | 'role'): string {
  if (isPrincipalId(id)) return id;
  throw new Mistake(
    `"${id}" is not the name of a ${what}`,
    what === 'user' ? 'Name one user; anyone authenticated is *, alone.' : 'Name one role.',
  );
}

function readLink(user: string, role: string, database: string, scope: Scope): RoleLink {
  checkDatabase(database, scope);
  return {
    user: userSubject(readId(user.startsWith('user:') ? user.slice('user:'.length) : user, 'user')),
    role: roleSubject(readId(role.startsWith('role:') ? role.slice('role:'.length) : role, 'role')),
  };
}

function readRule(
  base: Place & { subject: Subject },
  database: string,
  resource: string,
  action: string,
  effect: string,
): Rule {
  const reading = readPattern(resource);
  if (!reading.ok) throw new Mistake(reading.why, reading.hint);
  const known = readWord(action, actions, 'action');
  const verdict = readWord(effect, ['allow', 'deny'] as const, 'effect');
  checkSense(reading.pattern, known, verdict);
  return {
    ...base,
    pattern: reading.pattern,
    action: known,
    effect: verdict,
    casbin: [base.subject, database, printPattern(reading.pattern), known, verdict],
  };
}

function readWord<Word extends string>(written: string, words: readonly Word[], what: string): Word {
  const word = words.find((candidate) => candidate === written);
  if (word !== undefined) return word;
  const near = nearest(written, words);
  throw new Mistake(
    `there is no ${what} "${written}"`,
    near === undefined ? `The ${what}s are ${words.join(', ')}.` : `Did you mean ${near}?`,
  );
}

/** A rule that could never decide anything, or would say less than it seems to, is a mistake of its author. */
function checkSense(pattern: Pattern, action: Action, effect: 'allow' | 'deny'): void {
  const isFunction = pattern.kind === 'function';
  const isRelation = pattern.kind === 'relation' || pattern.kind === 'column';
  if (isFunction && action !== 'call')
    throw new Mistake(
      `the action of a function is call, not ${action}`,
      'Write schema.function() with the action call.',
    );
  if (action === 'call' && !isFunction && (isRelation || effect === 'allow')) {
    throw new Mistake(
      'a call rule names its function',
      'Write schema.function() for all overloads; wildcards give no function.',
    );
  }
  if (pattern.kind === 'column' && !columnActions.includes(action))
    throw new Mistake(`${action} has no columns`, 'Write the rule on the relation.');
  if (pattern.kind === 'schema' && effect === 'allow' && isSystemSchema(pattern.schema)) {
    throw new Mistake(
      `${pattern.schema}.* opens no system schema`,
      'Name the catalog, or use @introspection, @statistics or **.',
    );
  }
  if (pattern.kind === 'set' && !['select', 'describe', 'list', 'explain'].includes(action))
    throw new Mistake(`${action} has no meaning for a set of catalogs`, 'Use select.');
}

function readLimit(base: Place & { subject: Subject }, what: string, amount: string): LimitRow {
  const known = readWord(what, ['rows', 'bytes', 'time'] as const, 'limit');
  const value = readAmount(known, amount);
  if (value === undefined)
    throw new Mistake(
      `"${amount}" is no amount of ${known}`,
      {
        rows: 'Write a whole number, such as 500.',
        bytes: 'Write a size, such as 64KiB or 1MiB.',
        time: 'Write a duration, such as 500ms or 30s.',
      }[known],
    );
  return { ...base, what: known, value };
}

function readMask(base: Place & { subject: Subject }, resource: string, kind: string): MaskRow {
  const name = readDottedName(resource);
  const [schema, relation, column, more] = name.ok ? name.parts : [];
  if (schema === undefined || relation === undefined || column === undefined || more !== undefined || column === star) {
    throw new Mistake(`"${resource}" names no column`, 'Write schema.relation.column.');
  }
  return { ...base, schema, relation, column, kind: readWord<MaskKind>(kind, ['full', 'partial', 'hash'], 'mask') };
}
