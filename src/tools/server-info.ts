/** What the fixed text `server_info` answers: one row about the server and the broker's role there. */

import { z } from 'zod';
import type { Answer } from '../broker/answer.ts';
import { noParameters } from '../model/request.ts';
import { rowObjects } from './rows.ts';
import type { Invocation, ToolParts } from './tool.ts';

const serverInfo = z.object({
  version: z.string(),
  database: z.string(),
  size_bytes: z.string().regex(/^\d+$/),
  is_superuser: z.boolean(),
  bypasses_row_security: z.boolean(),
  creates_roles: z.boolean(),
  creates_databases: z.boolean(),
  replicates: z.boolean(),
  in_recovery: z.boolean(),
  ssl: z.boolean(),
  encoding: z.string(),
  timezone: z.string(),
});

export type ServerInfo = z.output<typeof serverInfo>;

/** Asks the server, down the corridor. Throws BrokerError. */
export async function askServer(
  { broker }: ToolParts,
  databaseId: string | undefined,
  { call, signal }: Invocation,
): Promise<{ readonly info: ServerInfo; readonly answer: Answer }> {
  const statement = { from: 'fixed', name: 'server_info', parameters: noParameters } as const;
  const answer = await broker.run({ call, databaseId, action: 'describe', statement, intent: 'read' }, signal);
  const [row] = rowObjects(
    answer.columns.map((column) => column.name),
    answer.rows,
  );
  return { info: serverInfo.parse(row), answer };
}
