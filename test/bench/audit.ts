/** Audit records made durable per second, and lines verified per second, on this machine's disk. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { aPermit, testSigningKey } from '../audit/shapes.ts';
import { load } from './load.ts';
import { heading, table } from './report.ts';

const result = {
  columns: [],
  rows: [],
  cut: 'none',
  bytes: 100,
  masked: [],
  backend: {},
  timings: { queue: 0, connect: 0, execute: 0 },
} as const;

export async function audit(): Promise<void> {
  heading('audit log: an intent and an outcome durable for each call');
  const rows: (readonly (string | number)[])[] = [['', 'records/s', 'p50 ms', 'p99 ms']];
  let kept: string | undefined;
  for (const [callers, databases] of [
    [1, 1],
    [16, 1],
    [64, 1],
    [64, 64],
  ] as const) {
    const directory = await mkdtemp(join(tmpdir(), 'pgwarden-bench-'));
    const desk = await createAuditDesk({ directory: join(directory, 'log'), sql: 'redacted' });
    const call = async (caller: number) => {
      const query = await desk.recordIntent(
        aPermit({
          database: `db${caller % databases}`,
          call: randomUUID(),
          sql: 'SELECT id, total FROM public.orders WHERE id = 4711',
        }),
      );
      await desk.recordOutcome(query, { ok: true, value: result });
    };
    await load(call, callers, 500);
    const figures = await load(call, callers, 4000);
    await desk.close();
    rows.push([`${callers} callers over ${databases} databases`, figures.callsPerSecond * 2, figures.p50, figures.p99]);
    if (kept !== undefined) await rm(kept, { recursive: true, force: true });
    kept = directory;
  }
  table(rows);
  if (kept !== undefined) await rm(kept, { recursive: true, force: true });
  await verifying();
}

/** Records of the log that is verified: many enough that compiling the code does not count. */
const verified = 200_000;

/** Of processor time, since a pass never waits for anything but the disk's cache. */
async function verifying(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-bench-'));
  const desk = await createAuditDesk({
    directory: join(directory, 'log'),
    sql: 'redacted',
    signingKey: testSigningKey,
  });
  const sql = 'SELECT "id", total FROM public.orders WHERE id = 4711';
  const call = async () => {
    const query = await desk.recordIntent(aPermit({ call: randomUUID(), sql }));
    await desk.recordOutcome(query, { ok: true, value: result });
  };
  for (let made = 0; made < verified / 2; made += 1_000) await Promise.all(Array.from({ length: 1_000 }, call));
  await desk.close();
  const speeds: (readonly (string | number)[])[] = [['verify, signed, one core', 'lines', 'lines/s', 'goal']];
  for (const full of [false, true]) {
    const before = process.cpuUsage();
    const reports = await verifyDirectory(join(directory, 'log'), { full });
    const { user, system } = process.cpuUsage(before);
    const lines = reports.reduce((sum, report) => sum + report.records, 0);
    speeds.push([full ? 'full' : 'fast', lines, (lines * 1e6) / (user + system), full ? 100_000 : 250_000]);
  }
  table(speeds);
  await rm(directory, { recursive: true, force: true });
}
