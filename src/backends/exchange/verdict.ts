/** Decides what an answer is worth before a row is released: a proven end of the statement, or an error. */

import type { AuthorizedContents, AuthorizedQuery } from '../../audit/audit-log.ts';
import { Failure } from '../../model/errors.ts';
import type { StatementContents } from '../../sql/statement.ts';
import { type Interruption, queryFailure } from '../query-error.ts';
import { StaleCatalog } from '../stale-catalog.ts';
import type { Channel } from './channel.ts';
import type { Answer, Reply } from './converse.ts';
import { isPinned } from './pin.ts';
import type { Plan } from './plan.ts';
import { notePrepared } from './prepared.ts';
import { notStandingState } from './standing-pin.ts';
import { staleState } from './witness.ts';

/** One call on its way: its token and what the token holds. */
export interface Call {
  readonly token: AuthorizedQuery;
  readonly query: Readonly<AuthorizedContents>;
  readonly statement: Readonly<StatementContents>;
}

/** Why the statement was stopped by the broker, and whether it used up its time. */
export interface Ending {
  readonly interruption: Interruption;
  readonly timedOut: boolean;
}

export type Verdict =
  /** `xid`: the number of a write's transaction; none where nothing was changed. */
  | { readonly ok: true; readonly reply: Reply; readonly overflow: boolean; readonly xid?: string }
  /** `trusted`: the session ended its transaction as it should and may be used again. */
  | { readonly ok: false; readonly error: Failure; readonly trusted: boolean };

const transactionWords =
  /^(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|SET|RESET|DISCARD|LISTEN|UNLISTEN|LOAD)\b/;

/** The tag the statement's kind must end with. A read states how many rows it gave: they must be those that came. */
export function isExpectedTag({ class: statementClass, kind }: Readonly<StatementContents>, reply: Reply): boolean {
  const { tag } = reply;
  if (tag === undefined) return reply.suspended;
  if (statementClass === 'read') {
    if (kind === 'EXPLAIN' || kind === 'SHOW') return tag === kind;
    return tag === `SELECT ${reply.rows.length}`;
  }
  if (statementClass === 'write' && /^(INSERT|UPDATE|DELETE|MERGE)$/.test(kind)) return tag.startsWith(`${kind} `);
  return !transactionWords.test(tag);
}

export const escaped = () =>
  new Failure(
    'BACKEND_QUERY_FAILED',
    'The statement did not end as a statement of its kind ends; its result was discarded.',
  );

const unsettled = () =>
  new Failure('BACKEND_UNAVAILABLE', 'The session of the database lost the settings it was opened with.', {
    safeToRetry: true,
  });

export const lost = (safeToRetry: boolean) =>
  new Failure('BACKEND_UNAVAILABLE', 'The connection to the database was lost during the statement.', { safeToRetry });

export function interrupted(interruption: Interruption, safeToRetry: boolean): Failure | undefined {
  if (interruption === 'caller')
    return new Failure('BACKEND_CANCELLED', 'The statement was stopped because the call was cancelled.', {
      safeToRetry,
    });
  if (interruption === 'deadline')
    return new Failure('BACKEND_TIMEOUT', 'The statement ran longer than its limit and was stopped.', { safeToRetry });
  return undefined;
}

/** The transaction was opened and pinned as asked; nothing the statement gave may be believed otherwise. */
function isOpened({ replies }: Answer, { readOnly, steps }: Plan, session: Channel): boolean {
  return replies[0]?.tag === 'BEGIN' && isPinned(replies[1], steps[1], readOnly, session);
}

/** After the closing ROLLBACK (or, before a COMMIT or with rows to come, inside the transaction) the session is where it should be. */
function isClosed({ replies, statuses, error, broken }: Answer, { readOnly, held }: Plan): boolean {
  if (broken !== undefined) return false;
  if (!readOnly || held === true) return statuses[0] === (error === undefined ? 'T' : 'E');
  return statuses[1] === 'I' && replies.at(-1)?.tag === 'ROLLBACK';
}

/** The number of the transaction, where it has one; false when the server did not answer the question. */
function xidOf({ replies }: Answer, { readOnly, xid }: Plan): { readonly xid?: string } | false {
  if (readOnly) return {};
  const row = replies[xid]?.tag === 'SELECT 1' ? replies[xid]?.rows.first() : undefined;
  if (row === undefined) return false;
  const [number] = row;
  return typeof number === 'string' ? { xid: number } : {};
}

/** The step that compares the witnesses says that one has changed; nothing of the call ran. */
function isStale({ error }: Answer, { witness }: Plan): boolean {
  return error?.after === witness && error.server.sqlstate === staleState;
}

function errorOf(call: Call, plan: Plan, answer: Answer, ending: Ending): Failure | undefined {
  if (answer.error === undefined) return undefined;
  const { server, after } = answer.error;
  if (isStale(answer, plan)) return new StaleCatalog(call.token, 'before');
  if (after === 1 && server.sqlstate === notStandingState) return unsettled();
  return queryFailure(call.query, call.statement, server, { ...ending, ofStatement: after === plan.statement });
}

/** Where pin and witnesses are one step, its error about the witnesses says that the settings stood. */
function isStandingButStale(answer: Answer, plan: Plan, session: Channel): boolean {
  const step = plan.steps[1];
  if (step?.prepared === undefined || !isStale(answer, plan)) return false;
  notePrepared(session, step);
  return answer.replies[0]?.tag === 'BEGIN';
}

/** What the exchange of `plan` over `session` came to. */
export function judge(session: Channel, call: Call, plan: Plan, answer: Answer, ending: Ending): Verdict {
  const safeToRetry = plan.readOnly;
  const closed = isClosed(answer, plan);
  const opened = isOpened(answer, plan, session);
  const reply = answer.replies[plan.statement];
  const refuse = (error: Failure, trusted: boolean): Verdict => ({ ok: false, error, trusted });

  const error = errorOf(call, plan, answer, ending);
  if (error !== undefined) {
    const pinned = opened || isStandingButStale(answer, plan, session);
    return refuse(error, pinned && closed && ending.interruption === undefined);
  }
  const stopped = interrupted(ending.interruption, safeToRetry);
  if (stopped !== undefined) return refuse(stopped, false);
  if (answer.broken === 'lost') return refuse(lost(safeToRetry), false);
  if (answer.broken === 'unexpected' || reply === undefined || !opened) return refuse(escaped(), false);
  if (answer.broken === 'overflow') return { ok: true, reply, overflow: true };
  if (answer.statuses[0] !== 'T' || !closed || !isExpectedTag(call.statement, reply)) return refuse(escaped(), false);
  const numbered = xidOf(answer, plan);
  if (numbered === false) return refuse(escaped(), false);
  return { ok: true, reply, overflow: false, ...numbered };
}
