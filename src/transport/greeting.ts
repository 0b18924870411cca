/**
 * Answers the `initialize` of a stdio client while the SDK, the configuration and all else are still to be loaded: hosts
 * wait for this one answer, and nothing in it depends on them. The SDK reads the same message later and is then in the
 * state it would have been in; its own answer, the same but for the time, is dropped. Whatever is not the plain message
 * that hosts send is left to it.
 */

import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { capabilities, implementationOf, instructions } from './introduction.ts';
import { isFields } from './plain-call.ts';

export interface Greeting {
  /** The id of the request that was answered. */
  readonly id: string | number;
}

/** Revisions that the SDK agrees to as they are asked for. */
export const greetedRevisions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];

/** Turns of the event loop in which a message that was sent before the process began is there to read. */
const turns = 3;

/** Answers what is there by now; nothing that was read is lost. Undefined when there was nothing, or nothing plain. */
export async function greetEarly(stdin: Readable, stdout: Writable, version: string): Promise<Greeting | undefined> {
  const bytes = await whatIsThere(stdin);
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf('\n');
  const asked = end < 0 ? undefined : readInitialize(bytes.toString('utf8', 0, end));
  if (asked === undefined) return undefined;
  const { id, protocolVersion } = asked;
  const result = { protocolVersion, capabilities, serverInfo: implementationOf(version), instructions };
  stdout.write(`${JSON.stringify({ result, jsonrpc: '2.0', id })}\n`);
  return { id };
}

async function whatIsThere(stdin: Readable): Promise<Buffer | undefined> {
  const ignore = () => undefined;
  stdin.on('readable', ignore); // begins to read
  let bytes: unknown = null;
  for (let turn = 0; turn < turns && bytes === null; turn++) {
    await setImmediate();
    bytes = stdin.read();
  }
  const found = Buffer.isBuffer(bytes) ? bytes : undefined;
  if (found !== undefined) stdin.unshift(found); // at once: an end that was read with it waits for one tick only
  stdin.off('readable', ignore);
  return found;
}

function readInitialize(line: string): { id: string | number; protocolVersion: string } | undefined {
  const message = parse(line);
  if (!isFields(message) || !hasExactly(message, ['jsonrpc', 'id', 'method', 'params'])) return undefined;
  const { jsonrpc, id, method, params } = message;
  if (jsonrpc !== '2.0' || method !== 'initialize' || !isFields(params)) return undefined;
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id))) return undefined;
  const { protocolVersion, capabilities: offered, clientInfo } = params;
  if (!hasExactly(params, ['protocolVersion', 'capabilities', 'clientInfo']) || !isPlainOffer(offered))
    return undefined;
  if (!isFields(clientInfo) || typeof clientInfo['name'] !== 'string' || typeof clientInfo['version'] !== 'string')
    return undefined;
  if (Object.values(clientInfo).some((value) => typeof value !== 'string')) return undefined;
  const revision = greetedRevisions.find((known) => known === protocolVersion);
  return revision === undefined ? undefined : { id, protocolVersion: revision };
}

/** Capabilities as hosts offer them, by name: objects that hold switches or are empty. */
function isPlainOffer(offered: unknown): boolean {
  if (!isFields(offered)) return false;
  return Object.entries(offered).every(
    ([name, value]) => plainOffers.has(name) && isFields(value) && Object.entries(value).every(isSwitch),
  );
}

const plainOffers = new Set(['roots', 'sampling', 'elicitation']);

const isSwitch = ([name, value]: readonly [string, unknown]) =>
  name === 'listChanged' ? typeof value === 'boolean' : isFields(value) && Object.keys(value).length === 0;

function hasExactly(fields: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  const keys = Object.keys(fields);
  return keys.length === names.length && names.every((name) => name in fields);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
