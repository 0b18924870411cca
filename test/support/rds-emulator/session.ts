/** One session on the PostgreSQL behind the emulator: declared parameter types, every cell as raw text. */

import pg from 'pg';
import type { Bound } from './parameters.ts';
import { type ServiceError, serviceError } from './service-error.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface RawField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
  readonly tableID: number;
  readonly columnID: number;
}

export interface RawResult {
  readonly command: string;
  readonly fields: readonly RawField[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number;
}

interface ParseMessage {
  readonly text: string;
  readonly name: string;
}

interface Wire {
  readonly parse: (message: ParseMessage & { readonly types: readonly number[] }) => void;
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

export interface Session {
  readonly pid: number;
  readonly run: (sql: string, bound: readonly Bound[]) => Promise<RawResult>;
  readonly end: () => Promise<void>;
}

/** Logs in with the secret's own credentials; a refused login is the service's DatabaseErrorException (README, E3). */
export async function openSession(target: Target, statementTimeout: number): Promise<Session> {
  const client = new pg.Client({
    ...target,
    ssl: false,
    options: `-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c extra_float_digits=1 -c statement_timeout=${statementTimeout}`,
  });
  client.on('error', () => undefined);
  let pid = 0;
  try {
    await client.connect();
    pid = (client as unknown as { processID: number }).processID;
  } catch (thrown) {
    throw fromPostgres(thrown, pid);
  }
  const run = (sql: string, bound: readonly Bound[]) =>
    new Promise<RawResult>((resolve, reject) => {
      const query = new TypedQuery(sql, bound);
      query.on('error', (error: unknown) => reject(fromPostgres(error, pid)));
      query.on('end', (result: unknown) => resolve(result as RawResult));
      Object.assign(query, { _accumulateRows: true });
      client.query(query as never);
    });
  return { pid, run, end: () => client.end().catch(() => undefined) };
}

/** `SEVERITY: message; [Hint: …;] [Position: n;] SQLState: XXXXX` (README, E5). */
function fromPostgres(thrown: unknown, pid: number): ServiceError {
  if (!(thrown instanceof pg.DatabaseError))
    return serviceError('DatabaseUnavailableException', thrown instanceof Error ? thrown.message : '');
  if (thrown.message.startsWith('cannot insert multiple commands'))
    return serviceError('ValidationException', "Multistatements aren't supported.");
  if (thrown.code === '57014' && thrown.message.includes('statement timeout'))
    return serviceError('StatementTimeoutException', thrown.message, { dbConnectionId: pid });
  const parts = [
    `${thrown.severity}: ${thrown.message}`,
    ...(thrown.hint === undefined ? [] : [`Hint: ${thrown.hint}`]),
    ...(thrown.position === undefined ? [] : [`Position: ${thrown.position}`]),
    `SQLState: ${thrown.code}`,
  ];
  return serviceError('DatabaseErrorException', parts.join('; '));
}
