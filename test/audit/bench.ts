/** Prints what the audit log costs on this machine: `npx tsx test/audit/bench.ts [directory]`. Asserts nothing. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock, createUlid } from '../../src/audit/clock.ts';
import { defaultQueueLimits } from '../../src/audit/commit-queue.ts';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { diskFiles } from '../../src/audit/log-files.ts';
import { createLogs } from '../../src/audit/logs.ts';
import type { IntentBody } from '../../src/audit/records/intent.ts';
import { createSerializer } from '../../src/audit/serializer.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { aCall, testKey } from './shapes.ts';

const parent = process.argv[2] ?? tmpdir();
const milliseconds = () => Number(process.hrtime.bigint() / 1000n) / 1000;

const body: IntentBody = {
  type: 'intent',
  call: '019aa0c6-5b7a-7c1e-8a51-000000000000',
  mcp: { req: '7', method: 'tools/call', tool: 'run_query', proto: '2025-11-25' },
  principal: { id: 'alice', kind: 'human', auth: 'api_key', roles: ['analyst'] },
  client: { addr: '127.0.0.1', claimed: { name: 'inspector', ver: '1.0' } },
  session: { id: 's-1', transport: 'streamable-http' },
  db: { id: 'orders', type: 'direct_postgres', ns: 'orders', catalog: '12' },
  sql: {
    mode: 'redacted',
    text: 'SELECT id, total FROM orders WHERE customer = ? ORDER BY id LIMIT ?',
    truncated: false,
    len: 68,
    lits: 2,
    params: 0,
    fp: '50fde20626009aba',
    fpv: 'pg18',
    hmac: `hmac:1:${'0'.repeat(64)}`,
  },
  act: 'select',
  objects: [{ s: 'public', t: 'orders', k: 'table', acc: ['select'], cols: ['id', 'total', 'customer'] }],
  decision: {
    eff: 'deny',
    code: 'POLICY_DENIED',
    rules: [],
    policy: 'a'.repeat(64),
    model: 'b'.repeat(64),
    gen: 1,
    us: 42,
  },
  final: true,
};

function percentile(sorted: readonly number[], part: number): string {
  return `${(sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(2)} ms`;
}

async function appends(databases: number, callers: number, seconds: number): Promise<string> {
  const root = mkdtempSync(join(parent, 'pgwarden-bench-'));
  const report = (message: string, cause?: unknown) => console.error(message, cause);
  const setting = {
    files: diskFiles,
    clock: createClock(),
    writer: createUlid(),
    serialize: createSerializer(),
    queue: defaultQueueLimits,
    rotateBytes: 256 * 1024 * 1024,
    releaseReserve: () => Promise.resolve(false),
    report,
  };
  const logs = createLogs(setting, root, 'i1', 'bench');
  const times: number[] = [];
  const until = milliseconds() + seconds * 1000;
  const caller = async (index: number) => {
    while (milliseconds() < until) {
      const from = milliseconds();
      await logs.use(`db${index % databases}`, (log) => log.note(body));
      times.push(milliseconds() - from);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => caller(index)));
  await logs.close();
  rmSync(root, { recursive: true });
  times.sort((a, b) => a - b);
  return `${Math.round(times.length / seconds)} records/s, p50 ${percentile(times, 0.5)}, p99 ${percentile(times, 0.99)}`;
}

async function wholeCalls(callers: number, seconds: number): Promise<string> {
  const directory = mkdtempSync(join(parent, 'pgwarden-bench-'));
  const desk = await createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey });
  const times: number[] = [];
  const until = milliseconds() + seconds * 1000;
  const caller = async () => {
    while (milliseconds() < until) {
      const from = milliseconds();
      await aCall(desk, { sql: "SELECT id, total FROM orders WHERE customer = 'x' ORDER BY id LIMIT 10" });
      times.push(milliseconds() - from);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  await desk.close();
  rmSync(directory, { recursive: true });
  times.sort((a, b) => a - b);
  return `${Math.round(times.length / seconds)} calls/s (intent and outcome), p50 ${percentile(times, 0.5)}, p99 ${percentile(times, 0.99)}`;
}

async function verification(records: number): Promise<void> {
  const root = mkdtempSync(join(parent, 'pgwarden-bench-'));
  const desk = await createAuditDesk({ directory: root, sql: 'redacted', hmacKey: testKey });
  await Promise.all(
    Array.from({ length: 512 }, async () => {
      for (let i = 0; i < records / 1024; i += 1) await aCall(desk);
    }),
  );
  await desk.close();
  for (const full of [false, true, false, true]) {
    const from = milliseconds();
    const [report] = await verifyDirectory(root, { full });
    const seconds = (milliseconds() - from) / 1000;
    const megabytes = (report?.bytes ?? 0) / 1e6;
    console.log(
      `verify ${full ? 'FULL' : 'FAST'}: ${Math.round((report?.records ?? 0) / seconds)} lines/s, ${Math.round(megabytes / seconds)} MB/s`,
    );
  }
  rmSync(root, { recursive: true });
}

for (const [databases, callers] of [
  [1, 1],
  [1, 64],
  [16, 64],
  [64, 64],
] as const) {
  console.log(`append, ${callers} callers over ${databases} databases: ${await appends(databases, callers, 3)}`);
}
console.log(`whole calls, 1 caller: ${await wholeCalls(1, 3)}`);
console.log(`whole calls, 64 callers: ${await wholeCalls(64, 3)}`);
await verification(200_000);
