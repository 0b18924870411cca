/** The pin over the Data API: the wire's own, read-only mode and the check of the catalog with it, in one call. */

import type { AuthorizedContents } from '../../audit/audit-log.ts';
import { holdsPin, pinText, pinValues } from '../exchange/pin.ts';
import { witnessStep } from '../exchange/witness.ts';
import type { Executed } from './data-api.ts';
import { ownText } from './envelope.ts';

export interface Pinning {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

const text = 'pg_catalog.text';
const casts: Readonly<Record<number, string>> = { 1009: 'pg_catalog._text', 1028: 'pg_catalog._oid' };

/**
 * A transaction begun by the service takes its mode from here. `set_config` in a SELECT takes the snapshot, after which
 * PostgreSQL refuses READ WRITE (25001). A target list is worked off from left to right, so the mode stands first.
 */
function modeAndPin(readOnly: boolean): string {
  const value = readOnly ? 'on' : 'off';
  const mode = `pg_catalog.set_config('transaction_read_only', '${value}', true), pg_catalog.set_config('default_transaction_read_only', 'on', true)`;
  return pinText.replace(
    /^SELECT /,
    `SELECT ${mode}, pg_catalog.pg_backend_pid()::pg_catalog.text, pg_catalog.current_setting('server_version'), `,
  );
}

const shifted = (sql: string, by: number) => sql.replace(/\$(\d+)/g, (_, index: string) => `$${Number(index) + by}`);

/**
 * Names are looked up along the search_path that the pin sets, so the witnesses are compared only once its row is there:
 * the condition names a column of it.
 */
export function pinning(query: Readonly<AuthorizedContents>, readOnly: boolean): Pinning {
  const { statementTimeout } = query.decision.obligations.limits;
  const values = pinValues({ database: query.database, call: query.request.call, statementTimeout });
  const pin = modeAndPin(readOnly);
  const pinTypes = values.map(() => text);
  const witness = witnessStep(query.access.witnesses);
  if (witness === undefined) return { sql: ownText(pin, pinTypes), values };
  const check = shifted(witness.text, values.length);
  const sql = `WITH pgwarden_pin (pinned) AS MATERIALIZED (${pin})
SELECT pgwarden_pin.*, CASE WHEN pinned IS NOT NULL THEN (${check})::pg_catalog.text END FROM pgwarden_pin`;
  const types = [...pinTypes, ...witness.types.map((oid) => casts[oid] ?? text)];
  return { sql: ownText(sql, types), values: [...values, ...witness.values] };
}

export interface Session {
  readonly pid: number;
  readonly version: string;
}

/** The session, if every setting is as asked; undefined if any is not. */
export function readPin({ records }: Executed, readOnly: boolean): Session | undefined {
  const cells = (records.length === 1 ? (records[0] ?? []) : []).map((field) => field.stringValue ?? null);
  const [mode, byDefault, pid, version = '', ...rest] = cells;
  if (mode !== (readOnly ? 'on' : 'off') || byDefault !== 'on' || !holdsPin(rest, readOnly)) return undefined;
  return { pid: Number(pid), version: /^\d+(\.\d+)*/.exec(version ?? '')?.[0] ?? '' };
}
