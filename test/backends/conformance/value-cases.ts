/** Expressions, the type each has, and the JSON each becomes: the documented table, and the edges it leaves out. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '../../../src/model/result.ts';

export interface ValueCase {
  readonly expression: string;
  readonly type: string;
  readonly value: Json;
}

/** Rows of the table in docs/values.md. */
export function documentedValues(): ValueCase[] {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/values.md'), 'utf8');
  return [...text.matchAll(/^\| (\S[^|]*?) \|[^|]*\| `(.+?)` \| `(.+)` \|$/gm)].map(([, type, expression, value]) => ({
    type: type ?? '',
    expression: expression ?? '',
    value: JSON.parse(value ?? ''),
  }));
}

/** Types made by the suite's seed, and values at the edges. */
export const furtherValues: readonly ValueCase[] = [
  { expression: "'happy'::mood", type: 'mood', value: 'happy' },
  { expression: "ARRAY['ok', NULL]::mood[]", type: 'mood[]', value: ['ok', null] },
  { expression: '5::positive', type: 'integer', value: 5 },
  { expression: 'ARRAY[5]::positive[]', type: 'positive[]', value: [5] },
  {
    expression: `ROW('Elm "St", \\', 12345678901, ARRAY['a,b', NULL], NULL)::address`,
    type: 'address',
    value: { street: 'Elm "St", \\', number: 12345678901, tags: ['a,b', null], mood: null },
  },
  {
    expression: "ARRAY[ROW('', NULL, '{}', 'sad')::address]",
    type: 'address[]',
    value: [{ street: '', number: null, tags: [], mood: 'sad' }],
  },
  {
    expression: 'floatrange(0.5, NULL)',
    type: 'floatrange',
    value: { lower: 0.5, upper: null, bounds: '[)' },
  },
  { expression: "'{[1,2)}'::floatmultirange", type: 'floatmultirange', value: '{[1,2)}' },
  { expression: 'NULL::address', type: 'address', value: null },
  {
    expression: '(SELECT p FROM people p WHERE id = 1)',
    type: 'people',
    value: { id: 1, name: 'Ada', email: 'ada@example.com' },
  },
  { expression: 'nothing()', type: 'void', value: null },
  { expression: 'false', type: 'boolean', value: false },
  { expression: "''", type: 'text', value: '' },
  { expression: "U&'\\+01F600 \\00e9'", type: 'text', value: '😀 é' },
  { expression: "E'line\\nbreak\\ttab\\u0001'", type: 'text', value: 'line\nbreak\ttab\u0001' },
  { expression: '(-9007199254740991)::bigint', type: 'bigint', value: -9007199254740991 },
  { expression: '(-9223372036854775808)::bigint', type: 'bigint', value: '-9223372036854775808' },
  { expression: '0::bigint', type: 'bigint', value: 0 },
  { expression: "'0.000'::numeric", type: 'numeric', value: 0 },
  { expression: '100000000000000000000::numeric', type: 'numeric', value: '100000000000000000000' },
  { expression: '123456789012345678.0::numeric', type: 'numeric', value: '123456789012345678.0' },
  { expression: '1234567.12345678::numeric', type: 'numeric', value: 1234567.12345678 },
  { expression: '12345678901.123456789::numeric', type: 'numeric', value: '12345678901.123456789' },
  { expression: "'Infinity'::numeric", type: 'numeric', value: 'Infinity' },
  { expression: "'NaN'::real", type: 'real', value: 'NaN' },
  { expression: '0.1::float8 + 0.2::float8', type: 'double precision', value: 0.30000000000000004 },
  { expression: "'1.7976931348623157e308'::float8", type: 'double precision', value: Number.MAX_VALUE },
  { expression: "'5e-324'::float8", type: 'double precision', value: Number.MIN_VALUE },
  { expression: "''::bytea", type: 'bytea', value: '' },
  { expression: "date '12345-06-07'", type: 'date', value: '+012345-06-07' },
  { expression: "date '0001-01-01 BC'", type: 'date', value: '0000-01-01' },
  { expression: "timestamp '-infinity'", type: 'timestamp without time zone', value: '-infinity' },
  {
    expression: "timestamptz '0044-03-15 12:00:00+00 BC'",
    type: 'timestamp with time zone',
    value: '-000043-03-15T12:00:00Z',
  },
  {
    expression: "timestamptz '294276-12-31 23:59:59.999999+00'",
    type: 'timestamp with time zone',
    value: '+294276-12-31T23:59:59.999999Z',
  },
  { expression: "timetz '04:05:06-08'", type: 'time with time zone', value: '04:05:06-08:00' },
  { expression: "timetz '04:05:06+00'", type: 'time with time zone', value: '04:05:06Z' },
  { expression: "time '24:00:00'", type: 'time without time zone', value: '24:00:00' },
  { expression: "interval '-1 day +02:03'", type: 'interval', value: 'P-1DT2H3M' },
  { expression: "interval '0'", type: 'interval', value: 'PT0S' },
  { expression: "'null'::json", type: 'json', value: null },
  { expression: '\'"text"\'::jsonb', type: 'jsonb', value: 'text' },
  {
    expression: '\'[1e400, 1E2, -0.5, "12345678901234567890"]\'::json',
    type: 'json',
    value: ['1e400', 100, -0.5, '12345678901234567890'],
  },
  {
    expression: `'{"__proto__": 1, "a\\"12345678901234567890": 2}'::jsonb`,
    type: 'jsonb',
    value: JSON.parse('{"__proto__": 1, "a\\"12345678901234567890": 2}'),
  },
  { expression: "'{}'::text[]", type: 'text[]', value: [] },
  {
    expression: `ARRAY['', 'null', 'a\\b', '{', '"', ' ']`,
    type: 'text[]',
    value: ['', 'null', 'a\\b', '{', '"', ' '],
  },
  { expression: 'ARRAY[true, false, NULL]', type: 'boolean[]', value: [true, false, null] },
  { expression: "ARRAY['\\x01'::bytea]", type: 'bytea[]', value: ['AQ=='] },
  {
    expression: "ARRAY[timestamptz '2024-01-01 00:00+00']",
    type: 'timestamp with time zone[]',
    value: ['2024-01-01T00:00:00Z'],
  },
  { expression: 'ARRAY[\'{"a": 1}\'::jsonb]', type: 'jsonb[]', value: [{ a: 1 }] },
  {
    expression: "ARRAY[int4range(1,2), NULL, 'empty']",
    type: 'int4range[]',
    value: [{ lower: 1, upper: 2, bounds: '[)' }, null, { empty: true }],
  },
  {
    expression: "'[1:1][-2:-1][3:5]={{{1,2,3},{4,5,6}}}'::int[]",
    type: 'integer[]',
    value: [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  },
  { expression: "'(,)'::int4range", type: 'int4range', value: { lower: null, upper: null, bounds: '()' } },
];
