/** What a failed AWS call may be told as: a plain sentence, nothing of ARNs, accounts, endpoints or the service's own words. */

import { Failure } from '../../model/errors.ts';

const field = (thrown: unknown, name: string): unknown =>
  typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;

/** The exception's name, or a socket's code: what failures are told apart by (their classes are not reliable). */
export function awsErrorName(thrown: unknown): string {
  const code = field(thrown, 'code');
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return code;
  const name = field(thrown, 'name');
  return typeof name === 'string' ? name : 'unknown';
}

/** The HTTP status the failed call ended with, where there was an answer. */
export function awsStatus(thrown: unknown): number | undefined {
  const status = field(field(thrown, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

const credentialNames =
  /^(CredentialsProviderError|ExpiredToken|UnrecognizedClient|InvalidSignature|AccessDenied|Forbidden|MissingAuthenticationToken|InvalidClientTokenId)/;
const networkNames = /^(E[A-Z_]+|TimeoutError)$/;

/** A sentence for failures that concern AWS itself rather than the database; undefined for all others. */
export function awsReason(thrown: unknown): string | undefined {
  const name = awsErrorName(thrown);
  if (name === 'RequestTimeTooSkewed') return 'AWS refused the call: the clock of this machine is wrong.';
  if (credentialNames.test(name))
    return 'AWS refused the call: the credentials are missing, expired or not allowed to make it.';
  if (networkNames.test(name)) return 'AWS cannot be reached from here.';
  return undefined;
}

export function awsFailure(thrown: unknown, otherwise: string): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('BACKEND_UNAVAILABLE', awsReason(thrown) ?? otherwise, { cause: thrown, safeToRetry: true });
}
