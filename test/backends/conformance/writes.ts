/** Permitted writes: committed once, counted, and never half answered. */

import { describe, expect, test } from 'vitest';
import type { Bench } from '../conformance.ts';

const count = async (bench: Bench, where: string) =>
  (await bench.run(`SELECT count(*) FROM people WHERE ${where}`)).rows[0]?.[0];

export function writePromises(bench: () => Bench): void {
  describe('writes', () => {
    test('are committed and counted', async () => {
      expect(await bench().write("INSERT INTO people VALUES (101, 'New'), (102, 'Newer')")).toMatchObject({
        affected: 2,
        rows: [],
      });
      expect(await bench().write("UPDATE people SET name = 'Old' WHERE id > 100 RETURNING id, name")).toMatchObject({
        affected: 2,
        rows: [
          [101, 'Old'],
          [102, 'Old'],
        ],
      });
      expect(await bench().write('DELETE FROM people WHERE id > 100')).toMatchObject({ affected: 2 });
      expect(await count(bench(), 'id > 100')).toBe(0);
    });

    test('a write whose answer would be cut is not made', async () => {
      const run = bench().write('UPDATE people SET name = name RETURNING id', { limits: { maxRows: 2 } });
      await expect(run).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
      const wide = bench().write("INSERT INTO people VALUES (103, 'x') RETURNING repeat('x', 1000)", {
        limits: { maxBytes: 100 },
      });
      await expect(wide).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
      expect(await count(bench(), 'id = 103')).toBe(0);
    });

    test('a failing write leaves nothing and the session goes on', async () => {
      const run = bench().write("INSERT INTO people VALUES (104, 'x'), (1, 'again')");
      await expect(run).rejects.toMatchObject({ code: 'BACKEND_QUERY_FAILED', sqlstate: '23505' });
      expect(await count(bench(), 'id = 104')).toBe(0);
    });

    test('the intent to read keeps a writing statement out', async () => {
      const run = bench().write('DELETE FROM people', { intent: 'read' });
      await expect(run).rejects.toMatchObject({ sqlstate: '25006' });
    });

    test('a read on a writable database runs read-only, whatever the call may do', async () => {
      const run = bench().run("SELECT nextval('ids')", { intent: 'write', class: 'read' });
      await expect(run).rejects.toMatchObject({ sqlstate: '25006' });
    });

    test('a statement that ends the transaction itself is not taken for a write', async () => {
      await expect(bench().write('COMMIT', { kind: 'INSERT' })).rejects.toMatchObject({ code: 'BACKEND_QUERY_FAILED' });
      await expect(bench().write('COMMIT AND CHAIN', { kind: 'INSERT' })).rejects.toMatchObject({
        code: 'BACKEND_QUERY_FAILED',
      });
    });

    test('a cancelled write is rolled back', async () => {
      const controller = new AbortController();
      const run = bench().write(
        "INSERT INTO people SELECT 105, 'x' FROM (SELECT count(*) FROM generate_series(1, 100000000000)) AS slow",
        {},
        controller.signal,
      );
      setTimeout(() => controller.abort(), 200);
      await expect(run).rejects.toMatchObject({ code: 'BACKEND_CANCELLED' });
      expect(await count(bench(), 'id = 105')).toBe(0);
    });
  });
}
