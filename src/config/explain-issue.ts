/** Turns what the schema found into findings a person can act on: file, line, key, and the word that was meant. */

import { z } from 'zod';
import type { Finding } from './findings.ts';
import { nearest } from './near-key.ts';
import { literalSecret } from './secret-schema.ts';
import type { KeyPath, YamlFile } from './yaml-file.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every schema that may describe the value under `key`, in any branch of a union. */
function step(schema: JsonSchema, key: PropertyKey): JsonSchema[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
    .filter(isSchema)
    .flatMap((branch) => step(branch, key));
  const candidates = [schema.properties?.[String(key)], schema.additionalProperties, schema.items];
  return [...candidates.filter(isSchema), ...branches];
}

function keysOf(schema: JsonSchema): string[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter(isSchema).flatMap(keysOf);
  return [...Object.keys(schema.properties ?? {}), ...branches];
}

/** The keys known at `path`, for suggestions only. */
function knownKeys(schema: z.ZodType, path: KeyPath): string[] {
  const root: JsonSchema = z.toJSONSchema(schema, { io: 'input' });
  const found = path.reduce<JsonSchema[]>((schemas, key) => schemas.flatMap((one) => step(one, key)), [root]);
  return [...new Set(found.flatMap(keysOf))];
}

export const dotted = (path: KeyPath): string => path.map(String).join('.');

function unknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, schema: z.ZodType, source: YamlFile): Finding[] {
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const hint = meant === undefined ? `Known here: ${known.sort().join(', ')}.` : `Did you mean ${meant}?`;
    const path = [...issue.path, key];
    return {
      severity: 'error',
      file: source.file,
      line: source.lineOf(path),
      key: dotted(path),
      message: 'is not a known key',
      hint,
    };
  });
}

function describe(issue: z.core.$ZodIssue): { message: string; hint?: string } {
  if (issue.message === literalSecret) {
    return { message: literalSecret, hint: 'Write { env: NAME } or { file: /run/secrets/NAME } instead.' };
  }
  if (issue.code === 'invalid_key') return { message: issue.issues[0]?.message ?? issue.message };
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return { message: `must be one of ${issue.options.join(', ')}` };
  }
  if (issue.code === 'invalid_value')
    return { message: `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}` };
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    return { message: issue.message.endsWith('undefined') ? 'is required' : `must be ${a(issue.expected)}` };
  }
  return {
    message: issue.message
      .replace(/^Too small: expected \w+ to have >=1 \w+$/, 'must not be empty')
      .replace(/^Too (small|big): expected \w+ to be /, 'must be '),
  };
}

function a(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a mapping of keys',
    record: 'a mapping of keys',
    array: 'a list',
  };
  return names[expected] ?? expected;
}

/** Findings for one file that did not fit `schema`. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, source: YamlFile): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys') return unknownKey(issue, schema, source);
    return [
      {
        severity: 'error',
        file: source.file,
        line: source.lineOf(issue.path),
        key: dotted(issue.path) || 'file',
        ...describe(issue),
      },
    ];
  });
}
