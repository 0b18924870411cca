/** Both forms of `query_parameters` become bind values that PostgreSQL reads as what was meant. */

import { describe, expect, test } from 'vitest';
import { bindParameters, queryParameters } from '../../src/tools/query-parameters.ts';

const bind = (given: unknown) => bindParameters(queryParameters.parse(given));
const texts = (given: unknown) => bind(given).values.map((value) => value.value);

describe('plain values', () => {
  const cases = [
    { given: 42, text: '42' },
    { given: -1.5, text: '-1.5' },
    { given: 1e300, text: '1e+300' },
    { given: true, text: 'true' },
    { given: null, text: null },
    { given: "o'brien\n", text: "o'brien\n" },
    { given: [1, 2, null], text: '{"1","2",NULL}' },
    { given: ['a,b', 'say "x"', '\\', '', 'NULL'], text: '{"a,b","say \\"x\\"","\\\\","","NULL"}' },
    { given: [[1], [2]], text: '{{"1"},{"2"}}' },
    { given: { a: [1, 'x'] }, text: '{"a":[1,"x"]}' },
    { given: [{ a: 1 }], text: '{"{\\"a\\":1}"}' },
  ];
  test.each(cases)('$given is bound as $text', ({ given, text }) => {
    expect(bind([given])).toEqual({ style: 'positional', values: [{ value: text }] });
  });

  test('none at all, or an empty list, binds nothing', () => {
    expect(bind(undefined).values).toEqual([]);
    expect(bind([]).values).toEqual([]);
  });

  test('a whole number that JSON has rounded is refused, not bound as another one', () => {
    expect(() => bind(JSON.parse('[9007199254740993]'))).toThrow(/rounded/);
    expect(texts(['9007199254740993'])).toEqual(['9007199254740993']);
    expect(() => bind([[JSON.parse('9007199254740993')]])).toThrow(/rounded/);
  });

  test('bottomless nesting is refused before it can exhaust the stack', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(queryParameters.safeParse([deep]).success).toBe(false);
  });
});

describe('Data-API values', () => {
  const cases = [
    { value: { longValue: 42 }, bound: { value: '42' } },
    { value: { longValue: '9007199254740993' }, bound: { value: '9007199254740993' } },
    { value: { doubleValue: 1.5 }, bound: { value: '1.5' } },
    { value: { doubleValue: 'NaN' }, bound: { value: 'NaN' } },
    { value: { booleanValue: false }, bound: { value: 'false' } },
    { value: { stringValue: 'x' }, bound: { value: 'x' } },
    { value: { isNull: true }, bound: { value: null } },
    { value: { blobValue: 'AP8=' }, bound: { value: '\\x00ff', type: 'bytea' } },
    { value: { stringValue: '2024-01-02' }, typeHint: 'DATE', bound: { value: '2024-01-02', type: 'date' } },
    { value: { stringValue: '{}' }, typeHint: 'JSON', bound: { value: '{}', type: 'jsonb' } },
    { value: { isNull: true }, typeHint: 'UUID', bound: { value: null, type: 'uuid' } },
  ];
  test.each(cases)('$value $typeHint', ({ bound, ...given }) => {
    expect(bind([{ name: 'id', ...given }])).toEqual({ style: 'named', values: [{ name: 'id', ...bound }] });
  });

  const refused = [
    [{ name: 'id', value: { longValue: 1 } }, 2],
    [{ name: 'id', value: 1 }],
    [{ name: 'id', value: { longValue: 1, stringValue: 'x' } }],
    [{ name: 'id', value: { arrayValue: { longValues: [1] } } }],
    [{ name: 'id', value: { isNull: false } }],
  ];
  test.each(refused)('%j is refused with the two forms spelled out', (...given) => {
    expect(() => bind(given)).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', hint: expect.stringContaining('longValue') }),
    );
  });

  test('one name twice is refused', () => {
    const twice = { name: 'id', value: { longValue: 1 } };
    expect(() => bind([twice, twice])).toThrow(/"id" twice/);
  });
});
