/** Which of the exchange's own texts a session keeps parsed: they cost more to plan than to run. */

import { randomBytes } from 'node:crypto';
import type { Step } from '../protocol/encode.ts';
import type { Channel } from './channel.ts';

interface Memory {
  /** Names cannot be guessed by a text that would like to put something else in their place. */
  readonly suffix: string;
  readonly parsed: Set<string>;
}

/** Only sessions known to be direct are here: a pooler between may hand the next transaction to another session. */
const memories = new WeakMap<Channel, Memory>();

/** How the session keeps one of the exchange's texts; undefined where it keeps none. */
export function preparedAs(session: Channel, text: string): Step['prepared'] {
  const memory = memories.get(session);
  if (memory === undefined) return undefined;
  const name = `pin_${text}_${memory.suffix}`;
  return { name, parsed: memory.parsed.has(name) };
}

/** The session showed that it is direct: from the next call on texts are kept. */
export function allowPreparing(session: Channel): void {
  if (!memories.has(session)) memories.set(session, { suffix: randomBytes(8).toString('hex'), parsed: new Set() });
}

/** The server has parsed what this step asked it to keep. */
export function notePrepared(session: Channel, { prepared }: Pick<Step, 'prepared'>): void {
  if (prepared !== undefined) memories.get(session)?.parsed.add(prepared.name);
}

/** The session lost its prepared statements (DISCARD ALL). */
export function forgetPrepared(session: Channel): void {
  memories.get(session)?.parsed.clear();
}
