/** Which of the exchange's own texts a session keeps parsed: they cost more to plan than to run. */

import { randomBytes } from 'node:crypto';
import type { Step } from '../protocol/encode.ts';
import type { Channel } from './channel.ts';

/** The texts worth keeping. */
export type PreparedText = 'pin' | 'witness';

interface Memory {
  /** Names cannot be guessed by a text that would like to put something else in their place. */
  readonly suffix: string;
  readonly parsed: Set<PreparedText>;
}

/** Only sessions known to be direct are here: a pooler between may hand the next transaction to another session. */
const memories = new WeakMap<Channel, Memory>();

/** What to add to a step so that the session keeps it, or need not parse it again. */
export function preparedAs(session: Channel, text: PreparedText): Pick<Step, 'prepared'> {
  const memory = memories.get(session);
  if (memory === undefined) return {};
  return { prepared: { name: `${text}_${memory.suffix}`, parsed: memory.parsed.has(text) } };
}

/** The session showed that it is direct: from the next call on its texts are kept. */
export function allowPreparing(session: Channel): void {
  if (!memories.has(session)) memories.set(session, { suffix: randomBytes(8).toString('hex'), parsed: new Set() });
}

/** The server answered a step that asked to keep this text. */
export function notePrepared(session: Channel, text: PreparedText, { prepared }: Pick<Step, 'prepared'>): void {
  if (prepared !== undefined) memories.get(session)?.parsed.add(text);
}

/** The session lost its prepared statements (DISCARD ALL). */
export function forgetPrepared(session: Channel): void {
  memories.get(session)?.parsed.clear();
}
