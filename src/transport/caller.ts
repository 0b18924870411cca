/** Who sent a message: verified by the transport, carried beside the message, never taken from it. */

import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Principal } from '../model/principal.ts';
import type { TraceParent } from '../model/request.ts';

export interface Caller {
  readonly principal: Principal;
  /** What its token was given for; absent where nothing has scopes. */
  readonly scopes?: ReadonlySet<string>;
  /** Remote address, where there is one. */
  readonly address?: string;
  /** What the headers of its request say; claimed, as everything a trace is made of. */
  readonly trace?: TraceParent;
  /** A signal that aborts when the caller's connection is gone before it was answered: made for those who ask. */
  readonly gone?: () => AbortSignal;
}

/**
 * The SDK carries an `AuthInfo` untouched from the HTTP request to the handler. Ours is an empty shell that stands for a
 * caller: it holds no token, and only this map leads from it to the principal, so none can be made up on the way.
 */
const callers = new WeakMap<AuthInfo, Caller>();

export function introduce(caller: Caller): AuthInfo {
  const shell: AuthInfo = { token: '', clientId: caller.principal.id, scopes: [] };
  callers.set(shell, caller);
  return shell;
}

export function callerBehind(shell: AuthInfo | undefined): Caller | undefined {
  return shell === undefined ? undefined : callers.get(shell);
}
