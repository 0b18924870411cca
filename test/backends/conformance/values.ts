/** Values: every documented type, and the edges. */

import { describe, expect, test } from 'vitest';
import type { Bench } from '../conformance.ts';
import { documentedValues, furtherValues } from './value-cases.ts';

export function valuePromises(bench: () => Bench): void {
  describe('values', () => {
    test('the documented table names at least sixty types', () => {
      const types = new Set([...documentedValues(), ...furtherValues].map((value) => value.type));
      expect(types.size).toBeGreaterThanOrEqual(60);
    });

    test.each([...documentedValues(), ...furtherValues])(
      '$expression is $value',
      async ({ expression, type, value }) => {
        const { columns, rows } = await bench().run(`SELECT ${expression} AS value`);
        expect(columns).toEqual([{ name: 'value', type }]);
        expect(rows).toEqual([[value]]);
      },
    );

    test('values of one row are decoded each by its own type', async () => {
      const { rows } = await bench().run("SELECT 1, '1', 1.5, NULL, ARRAY[1], '{\"a\":1}'::json, true");
      expect(rows).toEqual([[1, '1', 1.5, null, [1], { a: 1 }, true]]);
    });
  });
}
