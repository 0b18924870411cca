/** The types of a database that are not built in, learned once and kept while its catalog stays the same. */

import { encodeSteps } from '../protocol/encode.ts';
import type { Field } from '../protocol/replies.ts';
import { builtInTypes } from '../values/built-in-types.ts';
import type { Type } from '../values/type.ts';
import { lookupStep, readTypes } from '../values/type-lookup.ts';
import type { Channel } from './channel.ts';
import { converse, type Reply } from './converse.ts';
import { guard } from './guard.ts';
import { isPinned } from './pin.ts';
import { encodePlan, openingOf, type Plan } from './plan.ts';
import type { Call } from './verdict.ts';

export interface KnownTypes {
  /**
   * The types of these fields. Asks the server about unknown ones, in a read-only transaction of its own or in the open
   * one of a write; never fails: a type that cannot be looked up is shown as text.
   */
  readonly of: (channel: Channel, call: Call, plan: Plan, fields: readonly Field[]) => Promise<(oid: number) => Type>;
}

const unknown: Type = { kind: 'opaque', name: 'unknown' };

/** Milliseconds and bytes a look-up may take. */
const lookupTime = 5000;
const lookupBytes = 4 * 1024 * 1024;

async function lookUp(
  channel: Channel,
  { query }: Call,
  { readOnly }: Plan,
  oids: readonly number[],
): Promise<Map<number, Type>> {
  const watch = guard(channel, lookupTime, undefined);
  const steps = [...openingOf(query, true, [], channel).steps, lookupStep(oids)];
  const answer = readOnly
    ? await converse(channel, encodePlan({ steps, readOnly: true }), 2, lookupBytes)
    : await converse(channel, encodeSteps([lookupStep(oids)]), 1, lookupBytes);
  watch.release();
  if (readOnly && !(isPinned(answer.replies[1], steps[1], true, channel) && answer.statuses[1] === 'I'))
    channel.destroy();
  const reply = answer.replies[readOnly ? 2 : 0];
  return readTypes(oids, reply === undefined ? [] : rowsOf(reply));
}

function rowsOf({ rows }: Reply): (readonly (string | null)[])[] {
  const all: (readonly (string | null)[])[] = [];
  for (const cursor = rows.cursor(); cursor.next(); ) all.push(cursor.cells());
  return all;
}

export function createKnownTypes(): KnownTypes {
  let catalogVersion: string | undefined;
  let known = new Map<number, Type>();
  return {
    async of(channel, call, plan, fields) {
      const version = call.query.access.catalogVersion;
      if (version !== undefined && version !== catalogVersion) {
        catalogVersion = version;
        known = new Map();
      }
      const learned = known;
      const missing = fields.map(({ type }) => type).filter((oid) => !builtInTypes.has(oid) && !learned.has(oid));
      if (missing.length > 0 && channel.usable())
        for (const [oid, type] of await lookUp(channel, call, plan, [...new Set(missing)])) learned.set(oid, type);
      return (oid) => builtInTypes.get(oid) ?? learned.get(oid) ?? unknown;
    },
  };
}
