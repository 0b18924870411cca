/** From what PostgreSQL reports to what a caller may be told: our codes, SQLSTATE and position always, its message rarely. */

import type { AuthorizedContents } from '../audit/audit-log.ts';
import { type ErrorCode, Failure } from '../model/errors.ts';
import type { StatementContents } from '../sql/statement.ts';
import type { ServerError } from './protocol/replies.ts';
import { conditionName } from './sqlstates.ts';

/** Why a statement was interrupted, as far as the broker itself knows. */
export type Interruption = 'caller' | 'deadline' | undefined;

/** Session-ending or overload states: the database, not the statement, is at fault. */
const unavailable = /^(08|53|57P|58|25P0[34]|28|3D000$|0A000$)/;

function codeOf({ sqlstate, severity }: ServerError, interruption: Interruption, timedOut: boolean): ErrorCode {
  if (interruption === 'caller') return 'BACKEND_CANCELLED';
  if (interruption === 'deadline') return 'BACKEND_TIMEOUT';
  if (sqlstate === '57014') return timedOut ? 'BACKEND_TIMEOUT' : 'BACKEND_QUERY_FAILED';
  if (sqlstate === '55P03') return 'BACKEND_TIMEOUT';
  if (severity === 'FATAL' || severity === 'PANIC') return 'BACKEND_UNAVAILABLE';
  return /^(57P|53300)/.test(sqlstate) ? 'BACKEND_UNAVAILABLE' : 'BACKEND_QUERY_FAILED';
}

/** Messages of these classes speak of the statement or the server, not of values; 42501 would name what is hidden. */
const speaksOfStatement = (sqlstate: string) => /^(0A|25|42|53|57)/.test(sqlstate) && sqlstate !== '42501';

/** Triggers, defaults and checks of what is written, and row policies, speak through errors that point at nothing in the text. */
function mayBeOfTable({ access }: AuthorizedContents, { class: statementClass }: Readonly<StatementContents>): boolean {
  return statementClass !== 'read' || access.relations.some(({ rowSecurity }) => rowSecurity === true);
}

/** A view's or function's body may speak through an error, and so may a column that is masked or denied to the caller. */
function mayTellMessage(
  query: AuthorizedContents,
  statement: Readonly<StatementContents>,
  { sqlstate, position }: ServerError,
): boolean {
  const { access, decision } = query;
  if (!speaksOfStatement(sqlstate)) return false;
  if (decision.obligations.masks.length > 0 || decision.denied.length > 0) return false;
  if (position === undefined && mayBeOfTable(query, statement)) return false;
  const hiddenBodies = access.relations.some(({ kind }) => kind !== 'table' && kind !== 'partitioned');
  return (
    !hiddenBodies && !access.functions.some((reached) => reached.class === 'user' || reached.class === 'forbidden')
  );
}

const sentences = {
  BACKEND_CANCELLED: 'The statement was stopped because the call was cancelled.',
  BACKEND_TIMEOUT: 'The statement ran longer than its limit and was stopped.',
} as const;

function messageOf(
  code: ErrorCode,
  query: AuthorizedContents,
  statement: Readonly<StatementContents>,
  error: ServerError,
): string {
  if (code === 'BACKEND_CANCELLED') return sentences.BACKEND_CANCELLED;
  if (error.sqlstate === '55P03') return 'The statement waited longer than its limit for a lock.';
  if (code === 'BACKEND_TIMEOUT') return sentences.BACKEND_TIMEOUT;
  const told = mayTellMessage(query, statement, error) ? error.message : conditionName(error.sqlstate);
  return `PostgreSQL reported: ${told}.`;
}

/** PostgreSQL counts characters of the text it was sent; the caller's text may have other parameter markers. */
function callerPosition(
  { sql, positionOf }: Readonly<StatementContents>,
  position: number | undefined,
): number | undefined {
  if (position === undefined) return undefined;
  return positionOf(Buffer.byteLength([...sql].slice(0, position - 1).join(''), 'utf8'));
}

export interface Circumstances {
  readonly interruption: Interruption;
  /** Whether the statement ran for as long as its limit allows. */
  readonly timedOut: boolean;
  /** Whether the error came from the caller's statement rather than from BEGIN or the pin. */
  readonly ofStatement: boolean;
}

/** The failure a caller sees for an error of the server. */
export function queryFailure(
  query: AuthorizedContents,
  statement: Readonly<StatementContents>,
  error: ServerError,
  { interruption, timedOut, ofStatement }: Circumstances,
): Failure {
  const code = codeOf(error, interruption, timedOut);
  const position = ofStatement ? callerPosition(statement, error.position) : undefined;
  return new Failure(code, messageOf(code, query, statement, error), {
    sqlstate: error.sqlstate,
    ...(position === undefined ? {} : { position }),
    ...(code === 'BACKEND_TIMEOUT' ? { hint: 'Ask for less: a filter, an index, fewer joins.' } : {}),
    safeToRetry: statement.class === 'read' && code !== 'BACKEND_QUERY_FAILED',
  });
}

/** A connection could not be made: the reason by SQLSTATE or by what the network said, nothing of host, user or database. */
export function connectFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const state = stringField(thrown, 'code') ?? '';
  const sqlstate = unavailable.test(state) && /^[0-9A-Z]{5}$/.test(state) ? state : undefined;
  return new Failure('BACKEND_UNAVAILABLE', reasonOf(state, thrown), {
    ...(sqlstate === undefined ? {} : { sqlstate }),
    cause: thrown,
    safeToRetry: true,
  });
}

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The database cannot be reached: the connection was refused.',
  ENOTFOUND: 'The database cannot be reached: its name is not known.',
  EAI_AGAIN: 'The database cannot be reached: its name cannot be looked up now.',
  EHOSTUNREACH: 'The database cannot be reached: there is no route to it.',
  ENETUNREACH: 'The database cannot be reached: there is no route to it.',
  ECONNRESET: 'The database closed the connection while it was being made.',
  ETIMEDOUT: 'The database cannot be reached: it did not answer in time.',
  '28P01': 'The database does not accept the configured credentials.',
  '28000': 'The database does not let the broker in.',
  '3D000': 'The configured database does not exist on its server.',
  '53300': 'The database has no connection left for the broker.',
  '57P03': 'The database is starting up or shutting down.',
};

function reasonOf(state: string, thrown: unknown): string {
  const known = networkReasons[state];
  if (known !== undefined) return known;
  if (/^(ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERR_SSL|HOSTNAME_MISMATCH|EPROTO)/.test(state))
    return 'The certificate of the database server was not accepted.';
  const message = thrown instanceof Error ? thrown.message : '';
  if (message.includes('does not support SSL')) return 'The database server does not offer TLS.';
  if (/timeout/i.test(message)) return networkReasons['ETIMEDOUT'] ?? '';
  return 'The database cannot be reached or does not accept the broker.';
}

function stringField(value: unknown, name: string): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const field: unknown = Reflect.get(value, name);
  return typeof field === 'string' ? field : undefined;
}
