/** Where every call comes from one principal, the log says at the start when that one may use nothing: else only the caller learns it. */

import type { Config } from '../config/config.ts';
import type { Principal } from '../model/principal.ts';
import type { Parts } from './deps.ts';
import type { Log } from './log.ts';

/** The one who calls over stdio, or over HTTP without authentication; undefined where callers say who they are. */
function loneCaller({ server, stdio }: Config): Principal | undefined {
  const { transport, auth } = server;
  if (transport === 'stdio') return { id: stdio.principal, kind: 'human', auth: 'stdio', roles: stdio.roles };
  if (auth.mode !== 'none') return undefined;
  return { id: auth.principal, kind: 'human', auth: 'none', roles: auth.roles };
}

export function warnOfNoAccess(config: Config, { decisionPoint }: Parts, log: Log): void {
  const caller = loneCaller(config);
  if (caller === undefined || config.databases.some(({ id }) => decisionPoint.mayUse(caller, id))) return;
  const hint = `A line in roles.csv makes a reader: g, ${caller.id}, reader, *`;
  log.warn(`No rule gives ${caller.id} anything, and every call over this transport comes from ${caller.id}.`, {
    hint,
  });
}
