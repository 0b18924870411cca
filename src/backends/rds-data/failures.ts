/** From the service's faults to what a caller may be told: the same codes and sentences as over the wire. */

import { Failure } from '../../model/errors.ts';
import { awsFailure } from '../aws/aws-failure.ts';
import type { Call } from '../exchange/verdict.ts';
import type { ServerError } from '../protocol/replies.ts';
import { connectFailure, type Interruption, queryFailure } from '../query-error.ts';
import { readFault, type ServiceFault } from './service-fault.ts';

export interface Moment {
  /** Why the broker itself gave the call up. */
  readonly interruption: Interruption;
  /** Nothing of the statement can have taken effect. */
  readonly harmless: boolean;
  /** A position the service names, in the statement's text; undefined before the statement is sent. */
  readonly toStatement?: (position: number) => number | undefined;
}

const unavailable = (message: string, safeToRetry: boolean, cause: unknown) =>
  new Failure('BACKEND_UNAVAILABLE', message, { safeToRetry, cause });

function stopped(interruption: Interruption, safeToRetry: boolean): Failure {
  if (interruption === 'caller')
    return new Failure('BACKEND_CANCELLED', 'The statement was stopped because the call was cancelled.', {
      safeToRetry,
    });
  return new Failure('BACKEND_TIMEOUT', 'The statement ran longer than its limit and was stopped.', {
    hint: 'Ask for less: a filter, an index, fewer joins.',
    safeToRetry,
  });
}

function databaseFailure(call: Call, error: ServerError, { interruption, toStatement }: Moment): Failure {
  const position = error.position === undefined ? undefined : toStatement?.(error.position);
  // A server's limit is the only thing that stops a statement with this state when nobody here asked for it.
  const timedOut = error.sqlstate === '57014';
  return queryFailure(
    call.query,
    call.statement,
    { ...error, position },
    { interruption, timedOut, ofStatement: toStatement !== undefined },
  );
}

const tooLarge = () =>
  new Failure('LIMIT_EXCEEDED', 'The result is larger than the RDS Data API can return.', {
    hint: 'Its limit is 1 MiB: ask for fewer rows or shorter values.',
    executed: true,
  });

const unsupported = (type: string | undefined) =>
  new Failure(
    'BACKEND_QUERY_FAILED',
    `The RDS Data API cannot return ${type === undefined ? 'a type of the result' : type}.`,
    {
      hint: 'Cast the column to text.',
    },
  );

function fromFault(call: Call, fault: ServiceFault, thrown: unknown, moment: Moment): Failure {
  const { harmless } = moment;
  switch (fault.kind) {
    case 'database':
      return databaseFailure(call, fault.error, moment);
    case 'timeout':
    case 'aborted':
      return stopped(moment.interruption ?? 'deadline', harmless);
    case 'resuming':
      return unavailable('The database is waking up from a pause and was not ready in time.', true, thrown);
    case 'throttled':
      return unavailable('The RDS Data API is asked for too much at the moment.', true, thrown);
    case 'too_large':
      return tooLarge();
    case 'unsupported':
      return unsupported(fault.type);
    case 'gone':
      return unavailable('The transaction of the statement was ended by the RDS Data API.', harmless, thrown);
    case 'refused':
      return awsFailure(thrown, fault.sentence);
    case 'busy':
    case 'unavailable':
      return unavailable('The RDS Data API did not answer as it should.', harmless, thrown);
  }
}

/** What a caller is told of a failed step. */
export function serviceFailure(call: Call, thrown: unknown, moment: Moment): Failure {
  if (thrown instanceof Failure) return thrown;
  if (moment.interruption !== undefined) return stopped(moment.interruption, moment.harmless);
  return fromFault(call, readFault(thrown), thrown, moment);
}

/** What a caller is told when not even a transaction could be begun. */
export function openingFailure(call: Call, thrown: unknown, interruption: Interruption): Failure {
  const fault = readFault(thrown);
  if (fault.kind === 'aborted' && interruption === undefined)
    return unavailable('The RDS Data API did not answer in time.', true, thrown);
  if (fault.kind === 'database' && interruption === undefined)
    return connectFailure(Object.assign(new Error(fault.error.message), { code: fault.error.sqlstate }));
  return serviceFailure(call, thrown, { interruption, harmless: true });
}
