/** Databases whose writes a person must confirm: `confirm: writes`. */

import { createHash } from 'node:crypto';
import type { Database } from '../model/database.ts';
import { Refusal } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';

/** The call would run if a person confirmed it. What is confirmed is this fingerprint and nothing else. */
export class ConfirmationRequired extends Refusal {
  constructor(
    /** Stands for the caller, the database, the bytes of the statement and its values. */
    readonly fingerprint: string,
    readonly databaseId: string,
  ) {
    super('CONFIRMATION_REQUIRED', `Database ${databaseId} takes no write that a person has not confirmed.`, {
      hint: 'Use a client that can ask its user (MCP elicitation).',
    });
  }
}

/**
 * The last gate before the intent: whoever is asked to confirm knows that everything else permits the call. Anything sent
 * as a write is one here, also a SELECT: it may call what writes.
 */
export function requireConfirmation(database: Database, request: QueryRequest): void {
  if (database.confirm !== 'writes' || request.intent !== 'write') return;
  const { confirmation } = request;
  const fingerprint = fingerprintOf(database, request);
  if (confirmation === undefined || confirmation.fingerprint !== fingerprint)
    throw new ConfirmationRequired(fingerprint, database.id);
  if (confirmation.answer === 'accepted') return;
  const declined = confirmation.answer === 'declined';
  throw new Refusal(
    'CONFIRMATION_DECLINED',
    declined ? 'The person who was asked did not confirm this write.' : 'Nobody confirmed this write in time.',
    { hint: declined ? 'Do not send it again unless you are told to.' : 'Send it again when somebody can answer.' },
  );
}

function fingerprintOf({ id }: Database, { call, statement, action }: QueryRequest): string {
  const { auth, issuer, id: name, onBehalfOf } = call.principal;
  const who = [auth, issuer ?? null, name, onBehalfOf ?? null];
  const text = JSON.stringify([who, id, action, statement]);
  return createHash('sha256').update(text).digest('hex');
}
