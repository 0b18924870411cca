/** Tokens and fingerprints of texts the grammar has admitted: of short ones at once, of long ones in the worker. */

import { fingerprint, scan, type Token } from './parser.ts';
import { longText } from './read-tree.ts';
import { readInThread } from './reader/reader-thread.ts';
import { isTree } from './tree.ts';

/** Milliseconds; beyond it, or where too many wait, the text is read here after all: what is recorded does not depend on the load. */
const deadline = 1000;

/** As `scan` gives them. */
export async function readTokens(sql: string): Promise<readonly Token[]> {
  const read = await inThread('tokens', sql);
  return Array.isArray(read) && read.every(isToken) ? read : scan(sql);
}

/** As `fingerprint` gives it. */
export async function readFingerprint(sql: string): Promise<string> {
  const read = await inThread('fingerprint', sql);
  return typeof read === 'string' ? read : fingerprint(sql);
}

async function inThread(task: 'tokens' | 'fingerprint', sql: string): Promise<unknown> {
  return sql.length < longText ? undefined : readInThread(task, sql, deadline).catch(() => undefined);
}

function isToken(value: unknown): value is Token {
  return isTree(value) && typeof value['start'] === 'number' && typeof value['text'] === 'string';
}
