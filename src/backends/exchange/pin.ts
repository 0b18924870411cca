/** The pin: the first statement of every transaction. It takes the snapshot, sets what a statement's meaning depends on, and reports it. */

import type { Database } from '../../model/database.ts';
import type { CallContext } from '../../model/request.ts';
import type { Step } from '../protocol/encode.ts';
import type { Channel } from './channel.ts';
import type { Reply } from './converse.ts';
import { allowPreparing, notePrepared } from './prepared.ts';

/** Settings with one value for every call; the server must confirm each. */
export const constantSettings = [
  // How text is read.
  ['standard_conforming_strings', 'on'],
  ['backslash_quote', 'safe_encoding'],
  ['client_encoding', 'UTF8'],
  ['transform_null_equals', 'off'],
  // Whose rows are seen: policies apply, or the statement fails.
  ['row_security', 'on'],
  // The text values are printed as: values/decode.ts reads exactly these forms.
  ['datestyle', 'ISO, YMD'],
  ['intervalstyle', 'iso_8601'],
  ['timezone', 'UTC'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '1'],
] as const;

/** Settings that differ from call to call, in the order of the parameters. */
const perCall = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'search_path',
  'pgwarden.principal',
  'pgwarden.roles',
  'application_name',
] as const;

const textType = 25;
const types = perCall.map(() => textType);

/** Given as a start-up option: the session shows it where no pooler stands between that hands out others' sessions. */
export const directSession = { setting: 'pgwarden.session', value: 'direct' } as const;

/** What is sent; its parameters, in order, are `pinValues`. Every column of its one row is text. */
export const pinText = `SELECT ${[
  ...constantSettings.map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`),
  "pg_catalog.current_setting('transaction_read_only')",
  `pg_catalog.current_setting('${directSession.setting}', true)`,
  ...perCall.map((name, index) => `pg_catalog.set_config('${name}', $${index + 1}, true)`),
].join(', ')}`;

const quoteIdentifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** `search_path` as the server is told it: every name quoted, temporary schemas last so that nobody's can shadow a table. */
export function searchPathSetting(schemas: readonly string[]): string {
  return [...schemas.map(quoteIdentifier), 'pg_temp'].join(', ');
}

export interface Pin {
  readonly database: Database;
  readonly call: CallContext;
  /** Milliseconds. */
  readonly statementTimeout: number;
}

/** The parameters of `pinText`. */
export function pinValues({ database, call, statementTimeout }: Pin): readonly string[] {
  return [
    String(statementTimeout),
    String(database.limits.lockTimeout),
    String(statementTimeout + 10_000), // a broker that vanished mid-call must not hold a snapshot for long
    searchPathSetting(database.searchPath),
    call.principal.id,
    call.principal.roles.join(','),
    call.id,
  ];
}

/** The statement that pins a transaction for one call, whatever the session. */
export function pinStep(pin: Pin): Step {
  return { text: pinText, types, values: pinValues(pin), maxRows: 0 };
}

/** Whether the pin's row says that every setting is as asked, and the transaction as read-only as it must be. */
export function holdsPin(found: readonly (string | null)[], readOnly: boolean): boolean {
  const settingsHold = constantSettings.every(([, value], index) => found[index] === value);
  return settingsHold && found[constantSettings.length] === (readOnly ? 'on' : 'off');
}

/**
 * Whether the server answered that every setting is as asked, and the transaction as read-only as it must be. `step` is
 * what it answered to: a step that is kept parsed gives no row at all unless the settings stand.
 */
export function isPinned(
  reply: Reply | undefined,
  step: Step | undefined,
  readOnly: boolean,
  session: Channel,
): boolean {
  const found = reply?.tag === 'SELECT 1' ? reply.rows.first() : undefined;
  if (found === undefined || step === undefined) return false;
  if (step.prepared !== undefined) {
    notePrepared(session, step);
    return found[0] === (readOnly ? 'on' : 'off');
  }
  if (!holdsPin(found, readOnly)) return false;
  if (found[constantSettings.length + 1] === directSession.value) allowPreparing(session);
  return true;
}
