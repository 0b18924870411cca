/** `require_shipped_within`: what has no copy in time stops new calls, and nothing that is under way. */

import { mkdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { writeCursor } from '../../src/audit/ship-cursor.ts';
import { aCall, aPermit, aRequest, aResult } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf, segmentsOf } from './support.ts';

const target = 's3://evidence/';
const requireShipped = { target, within: 150 };

/** As the shipper leaves it when the target has every line there is. */
async function shipAll(directory: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const lines = linesOf(directory, id);
    expect(segmentsOf(directory, id)).toHaveLength(1);
    await writeCursor(
      directory,
      { id, instance: 'i1' },
      {
        ...{ target, origin: `pgwarden/${id}/i1`, size: lines.length, leaf: leafHash(lines.at(-1) ?? ''), first: 0 },
        ...{ offset: Buffer.byteLength(`${lines.join('\n')}\n`), ts: '', at: '' },
      },
    );
  }
}

const refused = { code: 'AUDIT_UNAVAILABLE', safeToRetry: true };

test('a call is refused while the copy is behind, its refusal is on record, and the next runs once it has caught up', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { requireShipped });
  await aCall(desk);
  await vi.waitFor(() => expect(aCall(desk)).rejects.toMatchObject(refused), { interval: 50, timeout: 10_000 });
  expect(await desk.ready()).toBe(false);
  await vi.waitFor(async () => {
    await shipAll(directory, ['orders', '_broker']);
    await aCall(desk);
  }, 10_000);
  await desk.close();
  const kinds = recordsOf(directory, '_broker').map((record) => record.type);
  expect(kinds).toEqual(expect.arrayContaining(['degraded', 'resumed']));
});

test('a call that has begun is recorded to its end', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { requireShipped });
  const query = await desk.recordIntent(aPermit());
  await vi.waitFor(() => expect(aCall(desk)).rejects.toMatchObject(refused), { interval: 50, timeout: 10_000 });
  await desk.recordOutcome(query, { ok: true, value: aResult });
  expect(recordsOf(directory).at(-1)).toMatchObject({ type: 'outcome', st: 'ok' });
});

test('listings that reach no database are calls too', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { requireShipped });
  await aCall(desk);
  const list = () => desk.recordListing(aRequest(), 1);
  await vi.waitFor(() => expect(list()).rejects.toMatchObject(refused), { interval: 50, timeout: 10_000 });
});

test('another target than the required one does not count', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { requireShipped: { target: 's3://other/', within: 150 } });
  await aCall(desk);
  await shipAll(directory, ['orders']);
  await vi.waitFor(() => expect(aCall(desk)).rejects.toMatchObject(refused), { interval: 50, timeout: 10_000 });
});

test('what cannot be read counts as not shipped', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { requireShipped: { target, within: 60_000 } });
  await aCall(desk);
  const impossible = await openDesk(directory, { instance: 'i2', requireShipped: { target, within: 60_000 } });
  mkdirSync(`${directory}/orders/i2/000000000000.jsonl`, { recursive: true }); // a directory where a file must be
  await expect(aCall(impossible, { database: 'billing' })).rejects.toMatchObject(refused);
});
