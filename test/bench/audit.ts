/** Audit records made durable per second, and lines verified per second, on this machine's disk. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { aPermit } from '../audit/shapes.ts';
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
  if (kept === undefined) return;
  const speeds: (readonly (string | number)[])[] = [['verify', 'lines', 'lines/s']];
  for (const full of [false, true]) {
    const start = performance.now();
    const reports = await verifyDirectory(join(kept, 'log'), { full });
    const lines = reports.reduce((sum, report) => sum + report.records, 0);
    speeds.push([full ? 'full' : 'fast', lines, lines / ((performance.now() - start) / 1000)]);
  }
  table(speeds);
  await rm(kept, { recursive: true, force: true });
}
