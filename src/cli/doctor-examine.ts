/** Examines one database: reaches it, asks for the posture of its role, compares the role with the policy. */

import type { Database } from '../model/database.ts';
import { BrokerError } from '../model/errors.ts';
import { printName } from '../policy/identifiers.ts';
import { idleRules } from '../policy/idle-rules.ts';
import { idleFindings, judgePosture, type PostureFinding, type RoleFacts } from '../policy/posture.ts';
import { beyond } from '../policy/role-grants.ts';
import type { Parts } from './deps.ts';
import { ask, askAll, names, type Row, rowsOf, text, truth } from './doctor-ask.ts';
import { type Look, look, shareIn } from './doctor-look.ts';
import type { PolicyOf } from './doctor-policy.ts';
import { type AwsFacts, type ExamineReach, reachOf } from './doctor-reach.ts';

/** What `--json` prints for each database; keys are only ever added. */
export interface Examination {
  readonly id: string;
  readonly type: string;
  readonly readonly: boolean;
  /** `disabled`: the configuration says so, nothing was asked. `failed`: see `error`. */
  readonly status: 'examined' | 'disabled' | 'failed';
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly server?: {
    readonly version: string;
    readonly in_recovery: boolean;
    readonly connect_ms: number;
    readonly latency_ms: number;
  };
  readonly tls?: { readonly mode: string | null; readonly encrypted: boolean };
  readonly role?: string;
  /** Where AWS has a part in it. */
  readonly aws?: AwsFacts;
  readonly findings: readonly PostureFinding[];
}

/** Never rejects for what a database or the network does: that is the answer. */
export async function examine(
  parts: Parts,
  database: Database,
  of: PolicyOf,
  examineReach: ExamineReach,
): Promise<Examination> {
  const { id, connection, readonly, enabled } = database;
  const about = { id, type: connection.type, readonly };
  if (!enabled) return { ...about, status: 'disabled', findings: [] };
  const reach = await reachOf(examineReach, connection); // first: it says why the rest fails
  try {
    const { findings, ...facts } = await examined(parts, database, of);
    return { ...about, status: 'examined', ...facts, ...reach, findings: [...reach.findings, ...findings] };
  } catch (thrown) {
    if (!(thrown instanceof BrokerError)) throw thrown;
    // the code and its sentence only: what the driver said may name hosts and users
    return { ...about, status: 'failed', error: told(thrown), ...reach };
  }
}

async function examined(parts: Parts, database: Database, { policy, people }: PolicyOf) {
  const { id, connection } = database;
  const { timings: first } = await ask(parts, id, 'server_info');
  const answer = await ask(parts, id, 'posture_role');
  const [row = {}] = rowsOf(answer);
  const seen = await look(parts, database, policy, people);
  const mode = connection.type === 'direct_postgres' ? connection.ssl : undefined;
  const encrypted = connection.type === 'rds_data_api' || truth(row, 'encrypted');
  const findings = [
    ...judgePosture(await roleFacts(parts, id, row, seen), { mode, encrypted }, database.readonly),
    ...idleFindings(idleRules(policy, seen.catalog)),
  ];
  return {
    server: {
      version: text(row, 'version'),
      in_recovery: truth(row, 'in_recovery'),
      connect_ms: milliseconds(first.connect),
      latency_ms: milliseconds(answer.timings.execute),
    },
    tls: { mode: mode ?? null, encrypted },
    role: text(row, 'role'),
    findings: connection.type === 'embedded' ? ofEmbedded(findings) : findings,
  };
}

/** An embedded database is the broker's own: nobody else reaches it, its role is always the superuser and owns everything. */
const ofEmbedded = (findings: readonly PostureFinding[]): readonly PostureFinding[] =>
  findings
    .filter(({ code }) => code === 'superuser' || code === 'idle_rules')
    .map((finding) =>
      finding.code === 'superuser'
        ? { ...finding, severity: 'note', hint: 'An embedded database has no other; it lives inside this process.' }
        : finding,
    );

const milliseconds = (microseconds: number): number => Math.round(microseconds / 100) / 10;

async function roleFacts(parts: Parts, id: string, row: Row, seen: Look): Promise<RoleFacts> {
  const role = text(row, 'role');
  const schemas = rowsOf(await ask(parts, id, 'posture_schemas'));
  const owned = rowsOf(await ask(parts, id, 'posture_owned'));
  const grants = await askAll(parts, id, 'relation_grants', [role]);
  return {
    role,
    superusers: names(row, 'superusers'),
    bypassing: names(row, 'bypassing'),
    creatingRoles: names(row, 'creating_roles'),
    creatingDatabases: names(row, 'creating_databases'),
    replicating: names(row, 'replicating'),
    memberships: names(row, 'memberships'),
    createsSchemas: truth(row, 'creates_schemas'),
    createsTemporary: truth(row, 'creates_temporary'),
    createsIn: schemas.filter((schema) => truth(schema, 'creates')).map((schema) => text(schema, 'schema')),
    owned: { names: owned.map(ownedName), total: Number(owned[0]?.['total'] ?? 0) },
    writes: writesOf(grants),
    readsBeyond: readsBeyond(grants, seen),
    callsBeyond: seen.routines
      .filter((routine) => routine.executes && routine.verdict === 'shut' && !routine.isTrigger)
      .filter(({ args }) => !args.includes('internal'))
      .map(({ schema, name, args }) => `${printName(schema, name)}(${args.join(', ')})`),
  };
}

function ownedName(row: Row): string {
  const parts = [text(row, 'schema'), text(row, 'name')].filter((part) => part !== '');
  return `${text(row, 'kind')} ${printName(...parts)}`;
}

/** One line for each relation the role may change in any way. */
function writesOf(grants: readonly Row[]): readonly string[] {
  const found = new Map<string, string[]>();
  for (const row of grants) {
    const privilege = text(row, 'privilege');
    if (privilege === 'SELECT' || row['columns'] === null) continue;
    const relation = printName(text(row, 'schema'), text(row, 'relation'));
    found.set(relation, [...(found.get(relation) ?? []), privilege.toLowerCase()]);
  }
  return [...found].map(([relation, privileges]) => `${relation}: ${privileges.join(', ')}`).sort();
}

function readsBeyond(grants: readonly Row[], { granted }: Look): readonly string[] {
  const readable = new Map(
    grants
      .filter((row) => row['privilege'] === 'SELECT' && row['columns'] !== null)
      .map((row) => [printName(text(row, 'schema'), text(row, 'relation')), shareIn(row)]),
  );
  return granted.flatMap(({ schema, name, select, columns }) =>
    beyond(readable.get(printName(schema, name)) ?? [], select, columns).map((column) =>
      printName(schema, name, column),
    ),
  );
}

/** The code, its sentence and what to do: nothing of where or who. */
const told = ({ code, message, hint }: BrokerError) => ({ code, message, ...(hint === undefined ? {} : { hint }) });
