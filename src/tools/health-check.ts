/** health_check: whether a call to this database would get through now; a sick database is an answer, not an error. */

import { z } from 'zod';
import { Failure } from '../model/errors.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose } from './fields.ts';
import { milliseconds } from './rows.ts';
import { askServer } from './server-info.ts';
import { defineTool, type Invocation, type ToolParts } from './tool.ts';

const health = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  connection_type: z.string(),
  connection_status: z.enum(['connected', 'disconnected']),
  readonly_mode: z.boolean(),
  latency_ms: z.number().optional(),
  server_info: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

export const healthCheck = defineTool({
  name: 'health_check',
  title: 'Check a database',
  description: 'Asks whether a database answers now, how fast, and what it is.',
  input: z.strictObject({ database_id: databaseId, purpose }),
  output: health,
  annotations: looks,
  async run(parts, input, invocation) {
    try {
      const { info, answer } = await askServer(parts, input.database_id, invocation);
      const content: z.output<typeof health> = {
        status: 'healthy',
        connection_status: 'connected',
        ...described(parts, input.database_id, invocation),
        latency_ms: milliseconds(answer.timings.execute),
        server_info: `PostgreSQL ${info.version}`,
      };
      return { content, receipt: answer.receipt };
    } catch (thrown) {
      if (!(thrown instanceof Failure) || !thrown.code.startsWith('BACKEND_')) throw thrown;
      const content: z.output<typeof health> = {
        status: 'unhealthy',
        connection_status: 'disconnected',
        ...described(parts, input.database_id, invocation),
        error: { code: thrown.code, message: thrown.message },
      };
      return { content };
    }
  },
});

/** Only reached when the corridor has found the database and lets this principal use it. */
function described({ databases }: ToolParts, databaseId: string | undefined, { call }: Invocation) {
  const id = databaseId ?? databases.defaultId;
  const database = databases.usable(call.principal).find((candidate) => candidate.id === id);
  return { connection_type: database?.connection.type ?? '', readonly_mode: database?.readonly ?? true };
}
