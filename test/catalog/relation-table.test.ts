/** Relations take little room. */

import { expect, test } from 'vitest';
import { RelationTable } from '../../src/catalog/relation-table.ts';

test('10 000 relations of 20 columns take less than 60 MB, found by name and by OID', () => {
  const table = new RelationTable();
  const attnums = Array.from({ length: 20 }, (_, index) => index + 1).join(' ');
  const types = Array.from({ length: 20 }, () => '25').join(' ');
  const before = process.memoryUsage();
  for (let n = 0; n < 10_000; n += 1) {
    const names = JSON.stringify(Array.from({ length: 20 }, (_, index) => `column_${index}_of_${n % 500}`));
    const oid = String(20_000 + n * 3);
    const row = [
      oid,
      '2200',
      `relation_${n}`,
      'r',
      'owner',
      null,
      String(20_001 + n * 3),
      String(20_002 + n * 3),
      null,
    ];
    table.add(
      [
        ...row,
        'false',
        'false',
        'd41d8cd98f00b204e9800998ecf8427e',
        null,
        attnums,
        types,
        names,
        'false',
        JSON.stringify([`1 relation_${n}_pkey`, `2,3 relation_${n}_of_two_key`]),
      ],
      'public',
      'postgres',
    );
  }
  table.close();
  const after = process.memoryUsage();
  const held = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
  expect(table.bytes).toBeLessThan(60e6);
  expect(held).toBeLessThan(60e6 + 40e6); // garbage of this test included
  const oid = table.find('public', 'relation_9999') ?? 0;
  expect(table.get(oid)).toMatchObject({ schema: 'public', name: 'relation_9999', kind: 'table' });
  expect(table.constraint(oid, 'relation_9999_of_two_key')).toEqual([2, 3]);
  expect(table.columns(oid)[19]).toEqual({ name: 'column_19_of_499', attnum: 20, type: 25 });
});
