/** What the Data API's exceptions mean: told apart by name and text, since one class stands for several things. */

import { awsErrorName, awsStatus } from '../aws/aws-failure.ts';
import type { ServerError } from '../protocol/replies.ts';

export type ServiceFault =
  /** PostgreSQL's own error. */
  | { readonly kind: 'database'; readonly error: ServerError }
  | { readonly kind: 'timeout' }
  /** The cluster was paused and is waking; nothing ran. */
  | { readonly kind: 'resuming' }
  /** The service asked for patience; nothing ran. */
  | { readonly kind: 'throttled' }
  /** The service or the cluster cannot be used now; whether anything ran is not known. */
  | { readonly kind: 'unavailable' }
  /** The transaction still runs what was given up. */
  | { readonly kind: 'busy' }
  /** The transaction is no more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'unsupported'; readonly type: string | undefined }
  | { readonly kind: 'aborted' }
  /** Configuration or rights; repeating is no use. */
  | { readonly kind: 'refused'; readonly sentence: string };

/**
 * `SEVERITY: message; [Detail: …;] [Hint: …;] [Position: n;] SQLState: XXXXX`, read from the right because the message
 * may hold `; `. Detail and hint are dropped, as everywhere.
 */
export function readDatabaseError(text: string): ServerError | undefined {
  const [, head = '', sqlstate] = /^([\s\S]*); SQLState: ([0-9A-Z]{5})$/.exec(text.trim()) ?? [];
  if (sqlstate === undefined) return undefined;
  const [, before = head, digits] = /^([\s\S]*); Position: (\d+)$/.exec(head) ?? [];
  const [, severity = 'ERROR', rest = before] = /^([A-Z]+): ([\s\S]*)$/.exec(before) ?? [];
  const message = rest.replace(/; (?:Hint|Detail): [\s\S]*$/, '');
  return { severity, sqlstate, message, position: digits === undefined ? undefined : Number(digits) };
}

const throttling =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequests|TooManyRequestsException|RequestLimitExceeded|SlowDown|LimitExceededException|RequestThrottled)/;
const unavailable =
  /^(InternalServerErrorException|InternalFailure|ServiceUnavailableError|ServiceUnavailable|DatabaseUnavailableException|InvalidResourceStateException|SecretsErrorException|TimeoutError|E[A-Z_]{3,}|SyntaxError)$/;

/** The configuration's mistakes, as they can be told without naming anything of it. */
const refusals: Readonly<Record<string, string>> = {
  HttpEndpointNotEnabledException: 'The Data API of the cluster is not enabled, or its ARN is not written exactly.',
  DatabaseNotFoundException: 'The cluster has no database instance.',
  InvalidSecretException: 'The secret of the database does not hold a user name and a password.',
  NotFoundException: 'The cluster or its secret does not exist.',
  AccessDeniedException: 'AWS does not allow this process to use the Data API of the cluster, or its secret.',
  ForbiddenException: 'AWS does not allow this process to use the Data API of the cluster, or its secret.',
};

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : '');

function unsupportedResult(message: string): ServiceFault {
  if (/size limit|response size/i.test(message)) return { kind: 'too_large' };
  if (/multidimensional/i.test(message)) return { kind: 'unsupported', type: 'an array of several dimensions' };
  return { kind: 'unsupported', type: /unsupported data type (.+?)\.?$/.exec(message)?.[1] };
}

function databaseError(message: string): ServiceFault {
  const error = readDatabaseError(message);
  if (error !== undefined) return { kind: 'database', error };
  return /still running/i.test(message) ? { kind: 'busy' } : { kind: 'unavailable' };
}

export function readFault(thrown: unknown): ServiceFault {
  const name = awsErrorName(thrown);
  const message = messageOf(thrown);
  if (name === 'AbortError') return { kind: 'aborted' };
  if (name === 'DatabaseErrorException' || name === 'BadRequestException') return databaseError(message);
  if (name === 'StatementTimeoutException') return { kind: 'timeout' };
  if (name === 'DatabaseResumingException') return { kind: 'resuming' };
  if (name === 'TransactionNotFoundException') return { kind: 'gone' };
  if (name === 'UnsupportedResultException') return unsupportedResult(message);
  if (throttling.test(name) || awsStatus(thrown) === 429) return { kind: 'throttled' };
  if (unavailable.test(name) || (awsStatus(thrown) ?? 0) >= 500) return { kind: 'unavailable' };
  return { kind: 'refused', sentence: refusals[name] ?? 'The Data API refused the call.' };
}
