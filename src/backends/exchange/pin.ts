/** The pin: the first statement of every transaction. It takes the snapshot, sets what a statement's meaning depends on, and reports it. */

import type { Database } from '../../model/database.ts';
import type { CallContext } from '../../model/request.ts';
import type { Step } from '../protocol/encode.ts';
import type { Reply } from './converse.ts';
import { readCells } from '../protocol/replies.ts';

/** Settings with one value for every call; `checked` ones change how text is read, so the server must confirm them. */
const constant = [
  { name: 'standard_conforming_strings', value: 'on', checked: true },
  { name: 'backslash_quote', value: 'safe_encoding', checked: true },
  { name: 'client_encoding', value: 'UTF8', checked: true },
  { name: 'transform_null_equals', value: 'off', checked: true },
  { name: 'row_security', value: 'on', checked: true },
  // The rest fix the text that values are printed as (values/decode.ts reads exactly these forms).
  { name: 'datestyle', value: 'ISO, YMD', checked: true },
  { name: 'intervalstyle', value: 'iso_8601', checked: true },
  { name: 'timezone', value: 'UTC', checked: true },
  { name: 'bytea_output', value: 'hex', checked: true },
  { name: 'extra_float_digits', value: '1', checked: true },
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

const pinText = `SELECT ${[
  ...constant.map(({ name, value }) => `pg_catalog.set_config('${name}', '${value}', true)`),
  "pg_catalog.current_setting('transaction_read_only')",
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

/** The statement that pins a transaction for one call. */
export function pinStep({ database, call, statementTimeout }: Pin): Step {
  return {
    text: pinText,
    types: perCall.map(() => textType),
    values: [
      String(statementTimeout),
      String(database.limits.lockTimeout),
      String(statementTimeout + 10_000), // a broker that vanished mid-call must not hold a snapshot for long
      searchPathSetting(database.searchPath),
      call.principal.id,
      call.principal.roles.join(','),
      call.id,
    ],
    maxRows: 0,
  };
}

/** Whether the server answered that every checked setting is as asked, and the transaction as read-only as it must be. */
export function isPinned(reply: Reply | undefined, readOnly: boolean): boolean {
  if (reply?.tag !== 'SELECT 1' || reply.rows.length !== 1) return false;
  const row = reply.rows[0];
  if (row === undefined) return false;
  const found: (string | null)[] = [];
  readCells(row, (text) => found.push(text));
  const settingsHold = constant.every(({ value, checked }, index) => !checked || found[index] === value);
  return settingsHold && found[constant.length] === (readOnly ? 'on' : 'off');
}
