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
 * recursion. That keys are strings, lengths of texts, and the bounds zod adds to every integer are left out: models pay
 * for each byte of the list, and what a text may be is checked here, not by the client.
 * Results are open: a member added one day must not break a client that keeps an old list, so in a result nothing is
 * required, and an object of facts by name is shown as an object.
 */
function jsonSchema(schema: z.ZodObject, io: 'input' | 'output') {
  const { $schema, ...converted } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema: json }) {
      if (zodSchema._zod.def.type === 'custom') json.type = ['string', 'number', 'boolean', 'object', 'array', 'null'];
      delete json.propertyNames;
      delete json.minLength;
      delete json.maxLength;
      if (io === 'output' && (json.additionalProperties === false || isFacts(zodSchema)))
        delete json.additionalProperties;
      if (io === 'output') delete json.required;
      if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
      if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
    },
  });
  if ($schema !== dialect) throw new Error('a tool schema must be JSON Schema 2020-12, the dialect clients assume');
  return published.parse(JSON.parse(JSON.stringify(converted), withoutTypeLists));
}

/** A record of plain values by name, as findings give their evidence. */
const isFacts = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodRecord && schema.valueType instanceof z.ZodUnion;

/** A list of types becomes one alternative each: the list is legal, but several model providers do not read it. */
function withoutTypeLists(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || !Array.isArray(value.type)) return value;
  const { type, ...rest } = value;
  return { ...rest, anyOf: type.map((one: unknown) => ({ type: one })) };
}

/**
 * The result, or the error in its place. Older clients hold the structured content of an `isError` answer to the output
 * schema as well, and throw away an answer that does not fit: the model would never read why it was refused.
 */
function outputSchema(output: z.ZodObject) {
  const schema = jsonSchema(output, 'output');
  return { ...schema, properties: { error: { type: 'object' as const }, ...Object(schema['properties']) } };
}

/** What a client sees of a tool. */
export function listTool(tool: Tool): ListedTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: jsonSchema(tool.input, 'input'),
    outputSchema: outputSchema(tool.output),
    annotations: tool.annotations,
  };
}
