/** The backends behind the allowances of principals and databases; every call that passes can be seen and stopped. */

import { type AuthorizedQuery, openAuthorized } from '../audit/audit-log.ts';
import type { Backend } from '../backends/backend.ts';
import { identityOf, systemPrincipal } from '../model/principal.ts';
import type { QueryResult } from '../model/result.ts';
import { type Allowance, createAllowances } from './allowances.ts';
import type { Health } from './health.ts';
import type { RunningCalls } from './running-calls.ts';

export interface GuardedOptions {
  readonly backend: Backend;
  readonly calls: RunningCalls;
  readonly health: Health;
  readonly perPrincipal: Allowance;
  readonly perDatabase: Allowance;
}

/** A refusal here comes after the intent and is its recorded outcome. The broker's own reads are not counted: they serve a call that was. */
export function createGuardedBackend(options: GuardedOptions): Backend {
  const { backend, calls, health, perPrincipal, perDatabase } = options;
  const principals = createAllowances('principal', perPrincipal);
  const databases = createAllowances('database', perDatabase);

  async function spend(query: AuthorizedQuery, work: () => Promise<QueryResult>): Promise<QueryResult> {
    const { request, database } = openAuthorized(query);
    const shared = databases.begin(database.id);
    let rows = 0;
    let bytes = 0;
    try {
      const own = principals.begin(identityOf(request.call.principal));
      try {
        const result = await work();
        rows = result.rows.length;
        bytes = result.bytes;
        return result;
      } finally {
        own.end(rows, bytes);
      }
    } finally {
      shared.end(rows, bytes);
    }
  }

  return {
    execute(query, signal) {
      const { request, database } = openAuthorized(query);
      const reach = (until: AbortSignal) => health.watch(database.id, () => backend.execute(query, until));
      if (request.call.principal === systemPrincipal) return reach(signal);
      return calls.run(request.call, database.id, signal, (until) => spend(query, () => reach(until)));
    },
    close: backend.close,
  };
}
