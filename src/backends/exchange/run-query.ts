/** Runs one authorised statement over one session: plan, exchange, verdict, release; a permitted write also gets its COMMIT. */

import { type AuthorizedQuery, openAuthorized } from '../../audit/audit-log.ts';
import { Failure } from '../../model/errors.ts';
import type { QueryResult } from '../../model/result.ts';
import { openStatement } from '../../sql/statement.ts';
import { maskedColumns } from '../masks.ts';
import { encodeSimple } from '../protocol/encode.ts';
import { queryFailure } from '../query-error.ts';
import { StaleCatalog } from '../stale-catalog.ts';
import type { Channel } from './channel.ts';
import { type Answer, converse, type Reply } from './converse.ts';
import { guard } from './guard.ts';
import { leavesHypothetical, readHypothetical } from './hypothetical.ts';
import { encodePlan, type Plan, planOf } from './plan.ts';
import { forgetPrepared } from './prepared.ts';
import { hasPredictedShape, type Released, releaseRows } from './release-rows.ts';
import type { KnownTypes } from './types-of.ts';
import { type Call, judge } from './verdict.ts';

export interface RunParts {
  readonly types: KnownTypes;
  /** Key of the `hash` mask. */
  readonly maskKey: Buffer;
}

/** `xid`: the number of a write's transaction. */
type Ran = Omit<QueryResult, 'backend' | 'timings' | 'envelope'> & { readonly xid?: string };

/** What may come back beside the rows: framing, the pin's answer, an error. A row that crosses it ends the session. */
export const slack = 256 * 1024;

/** Milliseconds a ROLLBACK or DISCARD ALL may take. */
const tidyTime = 5000;

/** The call a token stands for. */
export function openCall(token: AuthorizedQuery): Call {
  const query = openAuthorized(token);
  return { token, query, statement: openStatement(query.statement) };
}

/** Counts in the tag of a write, e.g. `INSERT 0 3`. */
function affectedBy({ tag }: Reply): { readonly affected?: number } {
  const count = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(tag ?? '')?.[1];
  return count === undefined ? {} : { affected: Number(count) };
}

/**
 * Rows are released only after the verdict, and for a write after its COMMIT. On failure the session is left idle or
 * destroyed. Throws Failure or StaleCatalog.
 */
export async function runQuery(channel: Channel, call: Call, signal: AbortSignal, parts: RunParts): Promise<Ran> {
  const plan = planOf(call.query, call.statement, channel);
  const { reply, overflow, xid, made } = await exchangeStatement(channel, call, plan, signal);
  try {
    const released = await release(channel, call, plan, reply, overflow, parts);
    const masked = maskedColumns(call.query);
    if (plan.readOnly) return { ...released, masked, ...readHypothetical(made) };
    const affected = affectedBy(reply);
    refuseCut(released);
    if (xid !== undefined) await call.query.recordPrecommit({ xid, ...affected });
    await commit(channel, call);
    return { ...released, masked, ...affected, ...(xid === undefined ? {} : { xid }) };
  } catch (error) {
    if (!plan.readOnly) await rollBack(channel);
    throw error;
  }
}

async function exchangeStatement(channel: Channel, call: Call, plan: Plan, signal: AbortSignal) {
  const { maxBytes, statementTimeout } = call.query.decision.obligations.limits;
  const watch = guard(channel, statementTimeout, signal);
  const started = performance.now();
  const answer = await converse(channel, encodePlan(plan), plan.readOnly ? 2 : 1, maxBytes + slack);
  watch.release();
  const timedOut = performance.now() - started >= statementTimeout;
  const verdict = judge(channel, call, plan, answer, { interruption: watch.interruption(), timedOut });
  if (verdict.ok) return { ...verdict, made: answer.replies[plan.hypothetical] };
  if (!verdict.trusted) channel.destroy();
  else if (!plan.readOnly) await rollBack(channel);
  throw verdict.error;
}

async function release(
  channel: Channel,
  call: Call,
  plan: Plan,
  reply: Reply,
  overflow: boolean,
  { types, maskKey }: RunParts,
): Promise<Released> {
  if (!hasPredictedShape(call.query, reply.fields)) throw new StaleCatalog(call.token, 'after');
  const typeOf = await types.of(channel, call, plan, reply.fields);
  return releaseRows(call.query, reply, overflow, typeOf, maskKey);
}

/** A write that cannot be answered in full is not made: its caller would not know what it did. */
export function refuseCut({ cut }: Pick<Released, 'cut'>): void {
  if (cut === 'none') return;
  throw new Failure('LIMIT_EXCEEDED', `The statement returns more ${cut} than allowed; nothing was changed.`, {
    hint: 'Return fewer rows or columns, or write fewer rows at a time.',
    safeToRetry: true,
    executed: true,
  });
}

/** From here on only the server knows what becomes of the write: its number is on record, so that it can be asked. */
async function commit(channel: Channel, call: Call): Promise<void> {
  const watch = guard(channel, call.query.decision.obligations.limits.statementTimeout, undefined);
  const answer = await converse(channel, encodeSimple('COMMIT'), 1, slack);
  watch.release();
  if (answer.broken === undefined && answer.statuses[0] === 'I' && answer.replies[0]?.tag === 'COMMIT') return;
  channel.destroy();
  throw commitFailure(call, answer);
}

function commitFailure(call: Call, { error, broken, replies }: Answer): Failure {
  const circumstances = { interruption: undefined, timedOut: false, ofStatement: false };
  if (error !== undefined && broken === undefined)
    return queryFailure(call.query, call.statement, error.server, circumstances);
  if (replies[0]?.tag === 'ROLLBACK')
    return new Failure('BACKEND_QUERY_FAILED', 'The database rolled the statement back; nothing was changed.');
  return new Failure(
    'BACKEND_UNAVAILABLE',
    'The connection was lost after the commit was sent: whether the change was made is unknown.',
    { hint: 'Look before sending it again.', safeToRetry: false },
  );
}

/** Ends an open transaction, or the session where that fails. */
export async function rollBack(channel: Channel): Promise<void> {
  if (!channel.usable()) return;
  const watch = guard(channel, tidyTime, undefined);
  const answer = await converse(channel, encodeSimple('ROLLBACK'), 1, slack);
  watch.release();
  if (answer.statuses[0] !== 'I' || answer.replies[0]?.tag !== 'ROLLBACK') channel.destroy();
}

/** What a user's code may have left in the session (locks, prepared names, …) goes before another caller gets it. */
export async function cleanSession(channel: Channel, { query }: Call): Promise<void> {
  if (!channel.usable() || !reachedUserCode(query)) return;
  if (leavesHypothetical(query)) return channel.destroy();
  const watch = guard(channel, tidyTime, undefined);
  const answer = await converse(channel, encodeSimple('DISCARD ALL'), 1, slack);
  watch.release();
  forgetPrepared(channel);
  if (answer.statuses[0] !== 'I' || answer.replies[0]?.tag !== 'DISCARD ALL') channel.destroy();
}

const harmless = new Set(['pure', 'describer', 'describer_all', 'statistics']);

/** A write also runs the triggers, defaults and checks of what it writes to, a read the row policies: no reading names those. */
function reachedUserCode({ access }: Call['query']): boolean {
  const hidden = access.relations.some(
    ({ action, kind, system, rowSecurity }) =>
      action !== 'select' || rowSecurity === true || (!system && (kind === 'view' || kind === 'foreign')),
  );
  return hidden || access.functions.some((reached) => !harmless.has(reached.class));
}
