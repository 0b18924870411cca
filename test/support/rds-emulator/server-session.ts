/** The emulator's sessions on a PostgreSQL server, over `pg`. */

import pg from 'pg';
import type { Bound } from '../../../src/emulator/parameters.ts';
import { type ServiceError, serviceError } from '../../../src/emulator/service-error.ts';
import {
  fromPostgres,
  type OpenSession,
  type RawField,
  type RawResult,
  sessionSettings,
} from '../../../src/emulator/session.ts';

interface ParseMessage {
  readonly text: string;
  readonly name: string;
}

interface Wire {
  readonly parse: (message: ParseMessage & { readonly types: readonly number[] }) => void;
}

interface DriverResult {
  readonly command: string;
  readonly fields: readonly RawField[];
  readonly rows: RawResult['rows'];
  readonly rowCount: number | null;
}

const asText = { getTypeParser: () => (value: unknown) => value };

/** pg has no public way to declare parameter types, but its Parse message takes them. */
class TypedQuery extends pg.Query {
  readonly #oids: readonly number[];

  constructor(sql: string, bound: readonly Bound[]) {
    super({
      text: sql,
      values: bound.map((one) => one.value),
      rowMode: 'array',
      queryMode: 'extended',
      types: asText,
    } as never);
    this.#oids = bound.map((one) => one.oid);
  }

  prepare(connection: Wire): void {
    const oids = this.#oids;
    const typed = Object.create(connection, {
      parse: { value: (message: ParseMessage) => connection.parse({ ...message, types: oids }) },
    }) as Wire;
    (pg.Query.prototype as unknown as { prepare: (wire: Wire) => void }).prepare.call(this, typed);
  }
}

function refusal(thrown: unknown, pid: number): ServiceError {
  if (thrown instanceof pg.DatabaseError) return fromPostgres(thrown, pid);
  return serviceError('DatabaseUnavailableException', thrown instanceof Error ? thrown.message : '');
}

export function serverSessions(server: { readonly host: string; readonly port: number }): OpenSession {
  const settings = Object.entries(sessionSettings).map(([name, value]) => `-c ${name}=${value}`);
  return async (login, statementTimeout) => {
    const client = new pg.Client({
      host: server.host,
      port: server.port,
      ...login,
      ssl: false,
      options: [...settings, `-c statement_timeout=${statementTimeout}`].join(' '),
    });
    client.on('error', () => undefined);
    await client.connect().catch((thrown: unknown) => {
      throw refusal(thrown, 0);
    });
    const pid = (client as unknown as { processID: number }).processID;
    const run = (sql: string, bound: readonly Bound[]) =>
      new Promise<RawResult>((resolve, reject) => {
        const query = new TypedQuery(sql, bound);
        query.on('error', (error: unknown) => reject(refusal(error, pid)));
        query.on('end', (result: unknown) => {
          const { command, fields, rows, rowCount } = result as DriverResult;
          resolve({ command, fields, rows, rowCount: rowCount ?? 0 });
        });
        Object.assign(query, { _accumulateRows: true });
        client.query(query as never);
      });
    return { pid, run, end: () => client.end().catch(() => undefined) };
  };
}
