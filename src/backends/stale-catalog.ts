/** The database has another catalog than the statement was read against: nothing was released, the call may be admitted anew. */

import type { AuthorizedQuery } from '../audit/audit-log.ts';
import { Failure } from '../model/errors.ts';

export class StaleCatalog extends Failure {
  /** `when`: the pin saw it before the statement, or what came back has another shape than was read. */
  constructor(
    readonly query: AuthorizedQuery,
    when: 'before' | 'after',
  ) {
    super('CATALOG_UNAVAILABLE', 'The catalog of the database changed under the call.', {
      hint: 'Send the call again.',
      safeToRetry: true,
      executed: when === 'after',
    });
  }
}
