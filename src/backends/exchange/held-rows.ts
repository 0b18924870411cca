/** A result whose rows are taken page by page from a portal that stays open in its READ ONLY transaction. */

import type { QueryResult } from '../../model/result.ts';
import { maskedColumns } from '../masks.ts';
import { encodeFetch, encodeSteps } from '../protocol/encode.ts';
import type { Field } from '../protocol/replies.ts';
import { RowBytes } from '../protocol/row-bytes.ts';
import { queryFailure } from '../query-error.ts';
import { StaleCatalog } from '../stale-catalog.ts';
import type { Type } from '../values/type.ts';
import type { Channel } from './channel.ts';
import { type Answer, converse, type Reply } from './converse.ts';
import { guard } from './guard.ts';
import { type Plan, planOf } from './plan.ts';
import { hasPredictedShape, releaseRows } from './release-rows.ts';
import { type RunParts, rollBack, slack } from './run-query.ts';
import { type Call, type Ending, escaped, interrupted, isExpectedTag, judge, lost } from './verdict.ts';

/** No text of a caller can name it: cursors are not admitted. */
const portal = 'pgwarden_rows';

/** Rows of the first fetch: how wide they are decides how many come with the next. */
const firstRows = 16;

type Run = Omit<QueryResult, 'backend' | 'timings' | 'envelope'>;

export class HeldRows {
  readonly #channel: Channel;
  readonly #fields: readonly Field[];
  readonly #typeOf: (oid: number) => Type;
  /** Fetched and not given out yet. */
  #rows: Buffer[];
  /** Whether the server may have more. */
  #open: boolean;
  /** Bytes of a row, as far as seen. */
  #width: number | undefined;

  private constructor(channel: Channel, reply: Reply, overflow: boolean, typeOf: (oid: number) => Type) {
    this.#channel = channel;
    this.#fields = reply.fields;
    this.#typeOf = typeOf;
    this.#rows = bodiesOf(reply.rows);
    this.#open = reply.suspended && !overflow;
  }

  /** Opens the portal. On failure the session is left idle or destroyed. Throws Failure or StaleCatalog. */
  static async open(channel: Channel, call: Call, signal: AbortSignal, { types }: RunParts): Promise<HeldRows> {
    const { maxBytes, statementTimeout } = call.query.decision.obligations.limits;
    const plan = heldPlan(call, channel);
    const watch = guard(channel, statementTimeout, signal);
    const started = performance.now();
    const answer = await converse(channel, encodeSteps(plan.steps), 1, maxBytes + slack);
    watch.release();
    const timedOut = performance.now() - started >= statementTimeout;
    const verdict = judge(channel, call, plan, answer, { interruption: watch.interruption(), timedOut });
    if (!verdict.ok) {
      if (verdict.trusted) await rollBack(channel);
      else channel.destroy();
      throw verdict.error;
    }
    const { reply, overflow } = verdict;
    if (!hasPredictedShape(call.query, reply.fields)) {
      await rollBack(channel);
      throw new StaleCatalog(call.token, 'after');
    }
    // unknown types are asked for in the open transaction: a transaction of their own would end it
    const typeOf = await types.of(channel, call, { ...plan, readOnly: false }, reply.fields);
    return new HeldRows(channel, reply, overflow, typeOf);
  }

  /** The next rows within the limits of this call; `more` where others are left. Throws Failure: the transaction is over then. */
  async take(call: Call, signal: AbortSignal, { maskKey }: RunParts): Promise<Run> {
    const { limits } = call.query.decision.obligations;
    const watch = guard(this.#channel, limits.statementTimeout, signal);
    const started = performance.now();
    try {
      await this.#fill(call, (answer) => {
        const timedOut = performance.now() - started >= limits.statementTimeout;
        this.#add(call, answer, { interruption: watch.interruption(), timedOut });
      });
    } finally {
      watch.release();
    }
    const { count } = fitting(this.#rows, limits);
    const rows = this.#rows.splice(0, count);
    // a row that no page can hold ends the result: it would be the first of every page to come
    const more = (this.#rows.length > 0 || this.#open) && count > 0 && this.#channel.usable();
    const isCut = this.#rows.length > 0 || this.#open || !this.#channel.usable();
    const reply: Reply = { tag: undefined, fields: this.#fields, rows: RowBytes.of(rows), suspended: false };
    const released = await releaseRows(call.query, reply, false, this.#typeOf, maskKey);
    return {
      ...released,
      cut: isCut ? (count >= limits.maxRows ? 'rows' : 'bytes') : 'none',
      masked: maskedColumns(call.query),
      ...(more ? { more } : {}),
    };
  }

  /** Fetches until the page is full, or there is no more. */
  async #fill({ query }: Call, add: (answer: Answer) => void): Promise<void> {
    const { limits } = query.decision.obligations;
    for (;;) {
      const { count, bytes } = fitting(this.#rows, limits);
      if (count > 0) this.#width = Math.max(1, bytes / count);
      if (!this.#open || count < this.#rows.length) return;
      const room = (limits.maxBytes - bytes) / (this.#width ?? limits.maxBytes / firstRows);
      const wanted = Math.min(limits.maxRows + 1 - count, Math.floor(room) + 1);
      add(await converse(this.#channel, encodeFetch(portal, wanted), 1, limits.maxBytes + slack));
    }
  }

  #add({ query, statement }: Call, { error, broken, replies, statuses }: Answer, ending: Ending): void {
    if (error !== undefined) throw queryFailure(query, statement, error.server, { ...ending, ofStatement: true });
    const stopped = interrupted(ending.interruption, true);
    if (stopped !== undefined) throw stopped;
    if (broken === 'lost') throw lost(true);
    this.#open = false;
    if (broken === 'overflow') return;
    const [reply] = replies;
    if (reply === undefined || broken !== undefined || statuses[0] !== 'T' || !isExpectedTag(statement, reply))
      throw escaped();
    this.#open = reply.suspended;
    this.#rows.push(...bodiesOf(reply.rows));
  }
}

/** As for a whole result, but the statement's portal has a name and gives only its first rows. */
function heldPlan({ query, statement }: Call, channel: Channel): Plan {
  const plan = planOf(query, statement, channel);
  const maxRows = Math.min(firstRows, query.decision.obligations.limits.maxRows + 1);
  const steps = plan.steps.map((step, index) => (index === plan.statement ? { ...step, portal, maxRows } : step));
  return { ...plan, steps, held: true };
}

function bodiesOf(rows: RowBytes): Buffer[] {
  const bodies: Buffer[] = [];
  for (const cursor = rows.cursor(); cursor.next(); ) bodies.push(cursor.bytes.subarray(cursor.start, cursor.end));
  return bodies;
}

/** How many of the rows one answer can hold. */
function fitting(rows: readonly Buffer[], limits: { readonly maxRows: number; readonly maxBytes: number }) {
  let [count, bytes] = [0, 0];
  for (const row of rows) {
    if (count >= limits.maxRows || bytes + row.length > limits.maxBytes) break;
    count += 1;
    bytes += row.length;
  }
  return { count, bytes };
}

/** Only what reads, alone in a transaction that cannot write, and gives its rows as it finds them. */
export function canHold({ query, statement }: Call): boolean {
  const { database, request } = query;
  const reads = statement.class === 'read' && /^(SELECT|VALUES|TABLE)$/.test(statement.kind);
  return reads && database.connection.type === 'direct_postgres' && request.intent === 'read';
}
