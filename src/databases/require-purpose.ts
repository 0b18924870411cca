/** Databases whose calls must say why: `require_purpose: true`. */

import type { Database } from '../model/database.ts';
import { Refusal } from '../model/errors.ts';
import { systemPrincipal } from '../model/principal.ts';
import type { CallContext } from '../model/request.ts';

/** Throws POLICY_DENIED for a call without a purpose. The broker's own catalog reads happen on behalf of a call that had one. */
export function requirePurpose({ id, requirePurpose: required }: Database, { purpose, principal }: CallContext): void {
  if (!required || principal === systemPrincipal || (purpose !== undefined && purpose.trim() !== '')) return;
  throw new Refusal('POLICY_DENIED', `Database ${id} takes no call that does not say why it is made.`, {
    hint: 'Send the argument purpose with a reason or a ticket.',
  });
}
