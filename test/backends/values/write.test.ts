/** What is written is what would be read and then written, for every kind of number and moment PostgreSQL prints. */

import { expect, test } from 'vitest';
import { decoderFor } from '../../../src/backends/values/decode.ts';
import { escaped, writerFor } from '../../../src/backends/values/write.ts';

const numerics = [
  '0',
  '0.00',
  '-0.00',
  '-0.5',
  '12.50',
  '100',
  '1.000',
  '0.0000001',
  '-0.0000001',
  '0.000001',
  '123456789012345',
]
  .concat(['1234567890123456.5', '12345678901234567890', '0.1000000000000000000001', 'NaN', 'Infinity', '-Infinity'])
  .concat(['-120.00', '10', '-10', '0.1', '000', '5e-324']);
const moments = [
  '2026-01-31 10:20:30+00',
  '2026-01-31 10:20:30.123456+00',
  '0044-03-15 00:00:00+00 BC',
  '12345-01-01 00:00:00+00',
]
  .concat([
    '2026-01-31 10:20:30',
    '2026-01-31 10:20:30.5',
    '2026-01-31 10:20:30+05:30',
    '2026-01-31 10:20:30-03',
    'infinity',
  ])
  .concat(['-infinity', '2026-01-31', '0001-01-01', '12345-01-01', '0044-03-15 BC']);
const words = [
  '',
  'plain',
  'it\'s "quoted"',
  'back\\slash',
  'tab\tnewline\n\u0001\u007f',
  'äöü€😀\u2028',
  `${'x'.repeat(70)}"\\`,
].concat([`${'long '.repeat(30)}\r\n`, '</script>']);

const cases = [
  ...['numeric', 'double precision', 'real'].flatMap((name) => numerics.map((text) => ({ name, text }))),
  ...['integer', 'smallint', 'oid'].flatMap((name) => ['0', '-1', '32767'].map((text) => ({ name, text }))),
  ...['date', 'timestamp with time zone', 'timestamp without time zone'].flatMap((name) =>
    moments.map((text) => ({ name, text })),
  ),
  ...['text', 'character varying', 'character', 'name', 'json', 'inet'].flatMap((name) =>
    words.map((text) => ({ name, text })),
  ),
  ...['bigint', 'xid8'].flatMap((name) =>
    ['0', '-7', '9007199254740991', '9007199254740993', '-9223372036854775808'].map((text) => ({ name, text })),
  ),
  ...['t', 'f'].map((text) => ({ name: 'boolean', text })),
  { name: 'uuid', text: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' },
];

/** Nothing that PostgreSQL prints: a server that lies about a type must not write into the answer around its value. */
const lies = [
  '1,"truncated":false',
  '1"',
  '"',
  '-',
  '',
  '.5',
  '5.',
  '1.2.3',
  '007',
  '1e5',
  '0x1f',
  ' 1',
  '2026-01-31 10:20:30"+00',
  'ä',
];

test.each([
  ...'integer smallint oid xid cid bigint xid8 numeric real uuid date boolean'.split(' '),
  'timestamp with time zone',
])('a lie about %s is one JSON value all the same', (name) => {
  for (const text of lies) {
    const written = writerFor({ kind: 'scalar', name }).write(text);
    expect(JSON.parse(`[${written},1]`), text).toHaveLength(2);
  }
});

test.each(cases)('$name $text', ({ name, text }) => {
  const type = { kind: 'scalar', name } as const;
  const written = writerFor(type).write(text);
  expect(written).toBe(JSON.stringify(decoderFor(type)(text)));
  expect(`"${escaped(written)}"`).toBe(JSON.stringify(written));
});
