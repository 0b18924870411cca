/** Calls for other systems: rows of a table, and OCSF 6005 (Datastore Activity) events. The log itself stays the evidence. */

import { type AuditedCall, revisionOf, statusOf } from './calls.ts';
import { csvLine } from './csv.ts';

const columns = [
  ...['time', 'log', 'seq', 'call', 'principal', 'kind', 'on_behalf_of', 'roles', 'client_address', 'tool', 'decision'],
  ...[
    'code',
    'status',
    'statement',
    'tables',
    'sql',
    'rows',
    'affected',
    'bytes',
    'microseconds',
    'rules',
    'policy',
    'sql_hmac',
    'revised',
    'cause',
    'page',
  ],
] as const;

export const csvHeader = csvLine(columns);

/** One call as one row. */
export function csvRow(call: AuditedCall): string {
  const { log, intent, outcome } = call;
  const { principal, decision, client, mcp, stmt, sql } = intent;
  return csvLine([
    ...[
      intent.ts,
      log,
      intent.seq,
      intent.call,
      principal?.id,
      principal?.kind,
      principal?.obo,
      principal?.roles.join(' '),
    ],
    ...[
      client.addr,
      mcp.tool,
      decision.eff,
      decision.code,
      statusOf(call),
      stmt?.fixed ?? stmt?.kind,
      tables(call).join(' '),
    ],
    ...[sql?.text ?? sql?.summary, outcome?.rows, outcome?.affected, outcome?.bytes, outcome?.dur?.total],
    ...[decision.rules?.join('; '), decision.policy, sql?.hmac, revisionOf(call)],
    ...[intent.cause, intent.page],
  ]);
}

function tables({ intent }: AuditedCall): readonly string[] {
  return [...new Set((intent.objects ?? []).filter(({ k }) => k !== 'function').map(({ s, t }) => `${s}.${t}`))];
}

/** OCSF's activity ids of class 6005. */
const activities: Readonly<Record<string, readonly [number, string]>> = {
  read: [4, 'Query'],
  insert: [5, 'Write'],
  update: [2, 'Update'],
  merge: [2, 'Update'],
  delete: [7, 'Delete'],
  truncate: [7, 'Delete'],
  ddl: [6, 'Create'],
  describe: [1, 'Read'],
  list: [8, 'List'],
};

const statuses: Readonly<Record<string, readonly [number, string]>> = {
  ok: [1, 'Success'],
  open: [0, 'Unknown'],
  unknown: [0, 'Unknown'],
};

/** One event per table of the call, joined by `metadata.correlation_uid`; one without a table where none is known. */
export function ocsfEvents(call: AuditedCall, version: string): readonly object[] {
  const names = tables(call);
  return (names.length === 0 ? [undefined] : names).map((table) => ocsfEvent(call, table, version));
}

/** The framework requires a query string; text that PostgreSQL does not read is stored in no mode but `full`. */
const unread = '(not recorded)';

/** OCSF's account types; it has none for an agent. */
function accountType(kind: NonNullable<AuditedCall['intent']['principal']>['kind'] | undefined) {
  if (kind === 'human') return { type_id: 1, type: 'User' };
  if (kind === 'system') return { type_id: 3, type: 'System' };
  if (kind === 'service') return { type_id: 4, type: 'Service' };
  return kind === undefined ? { type_id: 0, type: 'Unknown' } : { type_id: 99, type: 'Agent' };
}

function ocsfEvent(call: AuditedCall, table: string | undefined, version: string): object {
  const { log, intent, outcome } = call;
  const { principal, decision, client, db, sql, stmt } = intent;
  const [activity, activityName] = activities[intent.act] ?? activities[stmt?.class ?? 'read'] ?? [4, 'Query'];
  const [statusId, status] = statuses[statusOf(call)] ?? [2, 'Failure'];
  const isDenied = decision.eff === 'deny';
  const database = log.split('/')[0] ?? log;
  return {
    activity_id: activity,
    activity_name: activityName,
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6005,
    class_name: 'Datastore Activity',
    type_uid: 600_500 + activity,
    type_name: `Datastore Activity: ${activityName}`,
    time: Date.parse(intent.ts),
    severity_id: isDenied ? 3 : 1,
    severity: isDenied ? 'Medium' : 'Informational',
    status_id: statusId,
    status,
    ...(outcome?.err?.sqlstate === undefined && decision.code === undefined
      ? {}
      : { status_code: outcome?.err?.sqlstate ?? decision.code }),
    ...(outcome?.dur === undefined ? {} : { duration: Math.round(outcome.dur.total / 1000) }),
    action_id: isDenied ? 2 : 1,
    action: isDenied ? 'Denied' : 'Allowed',
    disposition_id: isDenied ? 2 : 1,
    disposition: isDenied ? 'Blocked' : 'Allowed',
    ...(decision.policy === undefined
      ? {}
      : { policy: { uid: decision.policy, version: String(decision.gen ?? 0), is_applied: true } }),
    actor: {
      user: {
        uid: principal?.id ?? 'unidentified',
        name: principal?.id ?? 'unidentified',
        ...accountType(principal?.kind),
        ...(principal === undefined ? {} : { groups: principal.roles.map((name) => ({ name })) }),
      },
      ...(intent.session.id === undefined ? {} : { session: { uid: intent.session.id } }),
      ...(client.claimed?.name === undefined ? {} : { app_name: client.claimed.name }),
    },
    src_endpoint: client.addr === undefined ? { svc_name: intent.session.transport } : { ip: client.addr },
    database: { name: db.ns ?? database, uid: db.id ?? database, type_id: 1, type: 'Relational' },
    ...(table === undefined ? {} : { table: { name: table } }),
    query_info: {
      query_string: sql?.text ?? sql?.summary ?? stmt?.fixed ?? stmt?.kind ?? unread,
      ...(sql?.fp === undefined ? {} : { uid: sql.fp }),
      ...(outcome?.bytes === undefined ? {} : { bytes: outcome.bytes }),
    },
    metadata: {
      version: '1.9.0',
      product: { name: 'pgwarden', vendor_name: 'pgwarden', version },
      profiles: ['security_control'],
      uid: `${log}#${intent.seq}${table === undefined ? '' : `#${table}`}`,
      original_event_uid: `${log}#${intent.seq}`,
      correlation_uid: intent.call,
      sequence: intent.seq,
      log_name: log,
    },
    unmapped: {
      rows: outcome?.rows,
      affected: outcome?.affected,
      rules: decision.rules,
      sql_hmac: sql?.hmac,
      tool: intent.mcp.tool,
      on_behalf_of: principal?.obo,
      purpose: intent.purpose,
      revised: revisionOf(call),
      cause: intent.cause,
      page: intent.page,
    },
  };
}
