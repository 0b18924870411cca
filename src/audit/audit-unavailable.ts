/** What a caller is told where a record could not be made durable: nothing ran, or what ran is withheld. Never why. */

import { Failure, Refusal } from '../model/errors.ts';
import { LogUnavailable } from './log-errors.ts';

type Report = (message: string, cause?: unknown) => void;

const notDurable = 'The audit record could not be made durable';
const notShipped = 'The copy of the audit log elsewhere is too far behind';
const hint = 'Try again later; the operator of this server can see the reason.';

/** Nothing was executed yet: the same call may be sent again. */
export async function beforeExecution<T>(
  report: Report,
  work: () => Promise<T>,
  undone = 'nothing was executed',
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    report('a record could not be made durable; the call was refused', cause);
    const behind = cause instanceof LogUnavailable && cause.fault === 'not_shipped';
    const message = `${behind ? notShipped : notDurable}, so ${undone}.`;
    throw new Refusal('AUDIT_UNAVAILABLE', message, { hint, safeToRetry: true, cause });
  }
}

/** The statement has run: what it brought back is withheld. */
export async function afterExecution<T>(report: Report, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    report('an outcome could not be made durable; its result was withheld', cause);
    const message = 'The statement ran, but its audit record could not be made durable, so its result is withheld.';
    throw new Failure('AUDIT_UNAVAILABLE', message, { hint, cause });
  }
}
