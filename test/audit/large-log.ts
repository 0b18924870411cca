/**
 * Writes a long log with the real writer and a clock of its own, so that a month of calls takes a minute. The same number
 * of records gives the same calls: `npx tsx test/audit/large-log.ts DIRECTORY [RECORDS]`.
 */

import { type Clock, createUlid, formatTime } from '../../src/audit/clock.ts';
import { defaultQueueLimits } from '../../src/audit/commit-queue.ts';
import { diskFiles } from '../../src/audit/log-files.ts';
import { createLogs } from '../../src/audit/logs.ts';
import type { IntentBody } from '../../src/audit/records/intent.ts';
import type { OutcomeBody } from '../../src/audit/records/outcome.ts';
import { createSealer } from '../../src/audit/sealer.ts';
import { createSerializer } from '../../src/audit/serializer.ts';
import { testSigningKey } from './shapes.ts';

const day = 86_400_000_000;
/** Microseconds: the month begins here, so that no test depends on today. */
const beginning = Date.parse('2026-10-01T00:00:00Z') * 1000;
const month = 30 * day;

const databases = ['orders', 'billing', 'warehouse', 'crm', 'support', 'identity'];
const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'mallory', 'niaj'];
const relations = [
  ...['customers', 'orders', 'order_items', 'invoices', 'payments', 'refunds', 'products', 'prices', 'stock'],
  ...['shipments', 'tickets', 'messages', 'accounts', 'sessions', 'logins', 'audit_events', 'campaigns', 'leads'],
];

/** Numbers in [0, 1), the same in every run. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The lower numbers come up far more often, as tables and people do. */
const skewed = (dice: () => number, length: number) => Math.floor(dice() ** 2.5 * length);

/** From the 20th on there is a relation that nobody reached before, however many calls there are. */
const late = { at: beginning + 19 * day, relation: 'payroll', share: 0.01 };

function anIntent(number: number, now: number, dice: () => number): IntentBody {
  const who = people[skewed(dice, people.length)] ?? 'alice';
  const isAgent = who === 'judy';
  const usual = relations[(skewed(dice, relations.length) + who.length) % relations.length] ?? 'orders';
  const t = now >= late.at && dice() < late.share ? late.relation : usual;
  const isDenied = dice() < (who === 'mallory' ? 0.4 : 0.015);
  const isWrite = !isDenied && dice() < 0.06;
  const denied = [{ resource: `public.${t}${dice() < 0.5 ? '.email' : ''}`, action: isWrite ? 'update' : 'select' }];
  const rule = `p, analyst, *, public.${t}, select, allow`;
  const isForbidden = isDenied && dice() < 0.3;
  return {
    type: 'intent',
    call: `019aa0c6-5b7a-7c1e-8a51-${number.toString(16).padStart(12, '0')}`,
    mcp: { req: '7', method: 'tools/call', tool: isWrite ? 'execute_statement' : 'run_query', proto: '2025-11-25' },
    principal: { id: who, kind: isAgent ? 'agent' : 'human', auth: 'oauth', roles: ['analyst'] },
    client: { addr: `10.0.0.${who.length}`, claimed: { name: 'inspector', ver: '1.0' } },
    session: { id: 's-1', transport: 'streamable-http' },
    db: { id: 'orders', type: 'direct_postgres', ns: 'orders', catalog: '12' },
    sql: {
      mode: 'redacted',
      text: isWrite ? `UPDATE ${t} SET state = ? WHERE id = ?` : `SELECT id, state FROM ${t} WHERE id = ? LIMIT ?`,
      truncated: false,
      ...{ len: 68, lits: 2, params: 0, fp: '50fde20626009aba', fpv: 'pg18', hmac: `hmac:1:${'0'.repeat(64)}` },
    },
    stmt: { kind: isWrite ? 'UPDATE' : 'SELECT', class: isWrite ? 'write' : 'read', n: 1, ro: !isWrite },
    act: isWrite ? 'update' : 'select',
    objects: [{ s: 'public', t, k: 'table', acc: [isWrite ? 'update' : 'select'], cols: ['id', 'state'] }],
    decision: {
      eff: isDenied ? 'deny' : 'allow',
      ...(isDenied ? { code: 'POLICY_DENIED', denied } : {}),
      rules: isDenied ? (isForbidden ? [`p, analyst, *, public.${t}.email, select, deny`] : []) : [rule],
      ...{ policy: 'a'.repeat(64), model: 'b'.repeat(64), gen: 1, us: 42 },
    },
    ...(isDenied ? { final: true as const } : {}),
  };
}

function anOutcome(call: string, iseq: number, dice: () => number): OutcomeBody {
  const base = {
    type: 'outcome',
    call,
    iseq,
    dur: { queue: 4, connect: 6, exec: 900, audit: 300, total: 1_800 },
  } as const;
  const luck = dice();
  if (luck < 0.01)
    return { ...base, st: 'error', err: { code: 'BACKEND_QUERY_FAILED', sqlstate: '42703', class: '42' } };
  if (luck < 0.013) return { ...base, st: 'timeout', err: { code: 'BACKEND_TIMEOUT' } };
  const rows = Math.floor(dice() ** 6 * (luck > 0.9995 ? 100_000 : 400));
  return {
    ...base,
    st: 'ok',
    rows,
    bytes: rows * 90,
    cut: luck > 0.9995 ? 'rows' : 'none',
    be: { pid: 4242, ver: '18.0' },
  };
}

/** Resolves with the number of records of calls. Seals, files of each day and their first lines come on top. */
export async function writeLargeLog(directory: string, records: number): Promise<number> {
  const dice = createDice(7);
  let now = beginning;
  const clock: Clock = {
    stamp: (floor) => {
      const ts = formatTime(Math.floor(now));
      return { ts: [ts, floor].sort().at(-1) ?? ts, back: false };
    },
    up: () => Math.floor(now - beginning),
  };
  const logs = createLogs(
    {
      ...{ files: diskFiles, clock, writer: createUlid(), serialize: createSerializer(), queue: defaultQueueLimits },
      ...{
        rotateBytes: 256 * 1024 * 1024,
        releaseReserve: () => Promise.resolve(false),
        sealer: createSealer(testSigningKey),
      },
      report: (message, cause) => console.error(message, cause),
    },
    directory,
    'i1',
    'example',
  );
  const step = month / (records / 2);
  let written = 0;
  for (let number = 0; written < records; ) {
    const round = Math.min(500, Math.ceil((records - written) / 2));
    const ids = Array.from({ length: round }, () => databases[skewed(dice, databases.length)] ?? 'orders');
    const bodies = ids.map(() => anIntent(number++, now, dice));
    const placed = await Promise.all(
      bodies.map((body, i) =>
        logs.use(ids[i] ?? '', (log) => (body.final === true ? log.note(body) : log.intent(body))),
      ),
    );
    const outcomes = bodies.map((body, i) => {
      if (body.final === true) return undefined;
      return logs.use(ids[i] ?? '', (log) => log.outcome(anOutcome(body.call, placed[i]?.seq ?? 0, dice)));
    });
    await Promise.all(outcomes);
    written += round + outcomes.filter((outcome) => outcome !== undefined).length;
    now += step * round;
  }
  await logs.close();
  return written;
}

if (process.argv[1]?.endsWith('large-log.ts')) {
  const [, , directory = '', records = '1000000'] = process.argv;
  console.log(`${await writeLargeLog(directory, Number(records))} records of calls in ${directory}`);
}
