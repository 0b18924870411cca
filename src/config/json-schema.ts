/** The JSON Schema of the configuration file, for editors; `config.schema.json` is its printed form. */

import { z } from 'zod';
import { configSchema } from './schema.ts';

/** As text, ending in a line feed. */
export function printJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' });
  const head = {
    title: 'pgwarden configuration',
    description: 'config.yaml of pgwarden; unknown keys stop the start.',
  };
  return `${JSON.stringify({ ...schema, ...head }, undefined, 2)}\n`;
}
