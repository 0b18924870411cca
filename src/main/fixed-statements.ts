/** How the broker itself reads a database: a fixed text through the corridor, as the system principal, on behalf of a call. */

import type { Broker } from '../broker/answer.ts';
import type { AskServer } from '../broker/settlement.ts';
import { isLoadingText } from '../catalog/fixed-statements.ts';
import type { RunFixedStatement } from '../catalog/snapshots.ts';
import { createCallId } from '../model/call-id.ts';
import { systemPrincipal } from '../model/principal.ts';
import { readRows } from '../model/read-rows.ts';
import type { CallContext } from '../model/request.ts';

/** `broker` is asked for at each call: it is made of what this reads. */
export function fixedStatements(broker: () => Broker, signal: AbortSignal): RunFixedStatement & AskServer {
  return async (database, name, parameters, cause: Pick<CallContext, 'id' | 'onWait'>) => {
    const call = {
      id: createCallId(),
      tool: 'catalog',
      principal: systemPrincipal,
      client: {},
      transport: 'internal',
      cause: cause.id,
      ...(cause.onWait && { onWait: cause.onWait }),
    } as const;
    // stated, so that the Data API need not be asked what PostgreSQL infers
    const type = isLoadingText(name) ? { type: 'oid' } : {};
    const values = parameters.map((value) => ({ value, ...type }));
    const statement = { from: 'fixed', name, parameters: { style: 'positional', values } } as const;
    const answer = await broker().run(
      { call, databaseId: database.id, action: 'select', statement, intent: 'read' },
      signal,
    );
    return readRows(answer.rows);
  };
}
