/** The record of a caller who could not be identified: a refused intent that names nobody, unless the credentials are known. */

import type { CallContext } from '../model/request.ts';
import { callSections } from './intent-record.ts';
import { oneLine } from './plain-text.ts';
import type { IntentBody } from './records/intent.ts';

/** A caller the transport could not identify. `why` is a word of ours, never what the caller sent. */
export interface AuthenticationFailure {
  /** With a principal where the credentials are known, and were not given for this. */
  readonly call: Omit<CallContext, 'principal'> & Partial<Pick<CallContext, 'principal'>>;
  readonly why: string;
}

const nobody = Object.freeze({ id: '-', kind: 'system', auth: 'none', roles: Object.freeze([]) } as const);

export function authenticationRecord({ call, why }: AuthenticationFailure): IntentBody {
  const { principal, ...sections } = callSections({ ...call, principal: call.principal ?? nobody });
  return {
    type: 'intent',
    ...sections,
    ...(call.principal && { principal }),
    db: {},
    act: 'list',
    decision: { eff: 'deny', code: 'PRINCIPAL_UNKNOWN', why: oneLine(why, 64) },
    final: true,
  };
}
