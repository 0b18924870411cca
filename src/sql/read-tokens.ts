/** Tokens and fingerprints of texts the grammar has admitted: of short ones at once, of long ones in the worker. */

import type { Principal } from '../model/principal.ts';
import { fingerprint, scan, type Token } from './parser.ts';
import { longText } from './read-tree.ts';
import { readInThread } from './reader/reader-thread.ts';
import { isTree } from './tree.ts';
import { inTurn } from './turns.ts';

/** Milliseconds; beyond it the text is read here after all: what is recorded does not depend on the load. */
const deadline = 1000;

/** As `scan` gives them. */
export async function readTokens(sql: string, principal: Principal): Promise<readonly Token[]> {
  const read = await inThread('tokens', sql, principal);
  return Array.isArray(read) && read.every(isToken) ? read : inTurn(principal, () => scan(sql));
}

/** As `fingerprint` gives it. */
export async function readFingerprint(sql: string, principal: Principal): Promise<string> {
  const read = await inThread('fingerprint', sql, principal);
  return typeof read === 'string' ? read : inTurn(principal, () => fingerprint(sql));
}

/** Undefined for what is to be read here. */
async function inThread(task: 'tokens' | 'fingerprint', sql: string, principal: Principal): Promise<unknown> {
  if (sql.length < longText) return undefined;
  const json = await readInThread(task, sql, deadline, principal).catch(() => undefined);
  return json === undefined ? undefined : inTurn(principal, () => JSON.parse(json));
}

function isToken(value: unknown): value is Token {
  return isTree(value) && typeof value['start'] === 'number' && typeof value['text'] === 'string';
}
