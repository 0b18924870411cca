/** What the audit tests share: a fresh directory, a desk that is closed in the end, lines as they stand on disk. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { type AuditDesk, type AuditDeskOptions, createAuditDesk } from '../../src/audit/desk.ts';
import { type LogRecord, recordSchema } from '../../src/audit/records.ts';
import { testKey } from './shapes.ts';

export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pgwarden-audit-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function openDesk(directory: string, options: Partial<AuditDeskOptions> = {}): Promise<AuditDesk> {
  const desk = await createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey, ...options });
  onTestFinished(() => desk.close().catch(() => undefined));
  return desk;
}

export function segmentsOf(directory: string, id = 'orders', instance = 'i1'): string[] {
  const log = join(directory, id, instance);
  return readdirSync(log)
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(log, name));
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** The lines of a log as they stand on disk, over all its segments. */
export function linesOf(directory: string, id = 'orders', instance = 'i1'): string[] {
  return segmentsOf(directory, id, instance).flatMap((path) => textOf(path).split('\n').slice(0, -1));
}

/** The same as records; a line that does not fit the closed schema fails the test. */
export function recordsOf(directory: string, id = 'orders', instance = 'i1'): LogRecord[] {
  return linesOf(directory, id, instance).map((line) => recordSchema.parse(JSON.parse(line)));
}
