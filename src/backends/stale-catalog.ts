/** The pin found another catalog than the statement was read against: nothing was released, the call may be admitted anew. */

import type { AuthorizedQuery } from '../audit/audit-log.ts';
import { Failure } from '../model/errors.ts';

export class StaleCatalog extends Failure {
  constructor(readonly query: AuthorizedQuery) {
    super('CATALOG_UNAVAILABLE', 'The catalog of the database changed under the call.', {
      hint: 'Send the call again.',
      safeToRetry: true,
    });
  }
}
