/** Reads a text by PostgreSQL's grammar: short ones at once, long ones in the worker, so that no text holds the event loop. */

import { Refusal } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import { type ParsedText, parseTree } from './parser.ts';
import { readInThread } from './reader/reader-thread.ts';
import type { Tree } from './statement.ts';
import { isTree } from './tree.ts';
import { inTurn } from './turns.ts';

/**
 * UTF-16 units. The costliest text admitted needs about 1.1 ms for 1 KiB (a list of constants), so one below this bound holds the
 * event loop for less than 10 ms; nine of ten statements are below a tenth of it.
 */
export const longText = 8 * 1024;
/** Milliseconds; the costliest text of 32 KiB needs less than a tenth. */
const deadline = 1000;

/**
 * As `parseTree`; STATEMENT_TOO_COMPLEX also when a long text takes longer than its deadline, LIMIT_EXCEEDED when too many of
 * the principal's wait.
 */
export async function readTree(sql: string, principal: Principal): Promise<ParsedText> {
  if (sql.length < longText) return inTurn(principal, () => parseTree(sql));
  const json = await readInThread('parse', sql, deadline, principal);
  const parsed: unknown = await inTurn(principal, () => JSON.parse(json));
  if (isParsedText(parsed)) return parsed;
  throw new Refusal('STATEMENT_UNPARSABLE', 'The text could not be read as SQL.');
}

function isParsedText(value: unknown): value is { version: number; stmts: Tree[] } {
  return (
    isTree(value) &&
    typeof value['version'] === 'number' &&
    Array.isArray(value['stmts']) &&
    value['stmts'].every(isTree)
  );
}
