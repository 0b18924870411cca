/** Limits: rows, bytes and time, exactly. */

import { describe, expect, test } from 'vitest';
import type { Bench } from '../conformance.ts';

export function limitPromises(bench: () => Bench): void {
  describe('limits', () => {
    test.each([
      [9, 9, 'rows'],
      [10, 10, 'none'],
      [11, 10, 'none'],
      [1, 1, 'rows'],
    ])('of ten rows a cap of %i gives %i, cut: %s', async (maxRows, given, cut) => {
      const result = await bench().run('SELECT generate_series(1, 10)', { limits: { maxRows } });
      expect([result.rows.length, result.cut]).toEqual([given, cut]);
    });

    // A row of one 100-byte value is 2 bytes of column count, 4 of length, 100 of value.
    test.each([
      [106 * 3, 3, 'bytes'],
      [106 * 3 - 1, 2, 'bytes'],
      [106 * 5, 5, 'none'],
      [105, 0, 'bytes'],
    ])('of five rows of 106 bytes a cap of %i gives %i, cut: %s', async (maxBytes, given, cut) => {
      const result = await bench().run("SELECT repeat('x', 100) FROM generate_series(1, 5)", { limits: { maxBytes } });
      expect([result.rows.length, result.cut, result.bytes]).toEqual([given, cut, given * 106]);
    });

    test('what does not fit is gone on with where it is held, and begun anew nowhere', async () => {
      const page = (number: number) =>
        bench().run('SELECT generate_series(1, 25)', { limits: { maxRows: 10 }, page: { of: 'first', number } });
      const first = await page(1);
      expect([first.rows.length, first.cut]).toEqual([10, 'rows']);
      expect(first.more === true).toBe(!bench().embedded && !bench().parsesAgain);
      if (first.more === true)
        for (const [number, rows] of [
          [2, 10],
          [3, 5],
        ] as const)
          expect((await page(number)).rows).toEqual(Array.from({ length: rows }, (_, at) => [10 * number - 9 + at]));
      await expect(page(2)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test('one enormous row is never collected', async () => {
      const before = process.memoryUsage().rss;
      const result = await bench().run("SELECT repeat('x', 100000000)", { limits: { maxBytes: 10_000 } });
      expect(result).toMatchObject({ rows: [], cut: 'bytes', bytes: 0 });
      if (!bench().embedded) expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    });

    test('ten million rows stop early', async () => {
      const result = await bench().run('SELECT i, md5(i::text) FROM generate_series(1, 10000000) AS i');
      expect([result.rows.length, result.cut]).toEqual([1000, 'rows']);
    });

    test('a statement that runs too long is stopped at its limit', async () => {
      const started = performance.now();
      const run = bench().run('SELECT count(*) FROM generate_series(1, 100000000000)', {
        limits: { statementTimeout: 300 },
      });
      await expect(run).rejects.toMatchObject({ code: 'BACKEND_TIMEOUT' });
      expect(performance.now() - started).toBeGreaterThanOrEqual(290);
      expect(await bench().run('SELECT 1')).toMatchObject({ rows: [[1]] });
    });

    test('a cancelled call stops its statement', async () => {
      const controller = new AbortController();
      const run = bench().run('SELECT count(*) FROM generate_series(1, 100000000000)', {}, controller.signal);
      setTimeout(() => controller.abort(), 200);
      await expect(run).rejects.toMatchObject({ code: 'BACKEND_CANCELLED' });
      expect(await bench().run('SELECT 1')).toMatchObject({ rows: [[1]] });
    });

    test('a call cancelled before it began runs nothing', async () => {
      await expect(bench().run('SELECT 1', {}, AbortSignal.abort())).rejects.toMatchObject({
        code: 'BACKEND_CANCELLED',
      });
    });
  });
}
