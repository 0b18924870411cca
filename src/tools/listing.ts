/** The tools as `tools/list` shows them: converted once per process, always in the order of the table. */

import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Tool } from './tool.ts';

export type { ListedTool };

/** One object schema as published. */
const published = z.object({ type: z.literal('object') }).catchall(z.json());

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schema of one side of a tool. A cell (the only custom type) is shown as its six kinds: explicit, and without
 * recursion. That keys are strings, and the bounds zod adds to every integer, say nothing and are left out.
 */
function jsonSchema(schema: z.ZodObject, io: 'input' | 'output') {
  const { $schema, ...converted } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema: json }) {
      if (zodSchema._zod.def.type === 'custom') json.type = ['string', 'number', 'boolean', 'object', 'array', 'null'];
      delete json.propertyNames;
      if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
      if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
    },
  });
  if ($schema !== dialect) throw new Error('a tool schema must be JSON Schema 2020-12, the dialect clients assume');
  return published.parse(JSON.parse(JSON.stringify(converted)));
}

/** What a client sees of a tool. */
export function listTool(tool: Tool): ListedTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: jsonSchema(tool.input, 'input'),
    outputSchema: jsonSchema(tool.output, 'output'),
    annotations: tool.annotations,
  };
}
