/** One session on the PostgreSQL behind the emulator: declared parameter types, every cell as raw text. */

import type { Bound } from './parameters.ts';
import { type ServiceError, serviceError } from './service-error.ts';

/** The login in the cluster's secret, and the database the request names. */
export interface Login {
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface RawField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
  /** 0 for an expression. */
  readonly tableID: number;
}

export interface RawResult {
  /** The command tag, as `SELECT 3`. */
  readonly command: string;
  readonly fields: readonly RawField[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number;
}

export interface Session {
  readonly pid: number;
  /** One statement through the extended protocol; rejects with a ServiceError. */
  readonly run: (sql: string, bound: readonly Bound[]) => Promise<RawResult>;
  readonly end: () => Promise<void>;
}

/**
 * Logs in with the secret's own credentials (README, E3). `statementTimeout`: milliseconds. Rejects with a ServiceError;
 * a refused login is the service's DatabaseErrorException.
 */
export type OpenSession = (login: Login, statementTimeout: number) => Promise<Session>;

/** What every session is told when it begins (README, E11). */
export const sessionSettings: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
};

/** PostgreSQL's error as both drivers give it. */
export interface ReportedError {
  readonly message: string;
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
}

/** `SEVERITY: message; [Hint: …;] [Position: n;] SQLState: XXXXX` (README, E5). */
export function fromPostgres(error: ReportedError, pid: number): ServiceError {
  if (error.message.startsWith('cannot insert multiple commands'))
    return serviceError('ValidationException', "Multistatements aren't supported.");
  if (error.code === '57014' && error.message.includes('statement timeout'))
    return serviceError('StatementTimeoutException', error.message, { dbConnectionId: pid });
  const parts = [
    `${error.severity}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`Hint: ${error.hint}`]),
    ...(error.position === undefined ? [] : [`Position: ${error.position}`]),
    `SQLState: ${error.code}`,
  ];
  return serviceError('DatabaseErrorException', parts.join('; '));
}

/** `INSERT 0 3` and `SELECT 3` alike end in the count. */
export const countIn = (command: string): number => Number(/ (\d+)$/.exec(command)?.[1] ?? 0);
