/** Builds the intent of a call, permitted or refused, from what the corridor knows of it. */

import type { BrokerError, ErrorCode } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import type { CallContext, Confirmation, QueryRequest } from '../model/request.ts';
import type { Decision } from '../policy/permit.ts';
import { openStatement, type StatementContents } from '../sql/statement.ts';
import type { Trail } from './audit-log.ts';
import type { HmacKeys } from './hmac-key.ts';
import { boundNames, objectUses, summarize } from './object-uses.ts';
import { bounded, oneLine, whole } from './plain-text.ts';
import type { IntentBody, ObjectUse } from './records/intent.ts';
import type { SqlMode, SqlSection } from './records/sql.ts';
import { describeSql } from './redaction.ts';

export interface IntentContext {
  readonly mode: SqlMode;
  readonly keys: HmacKeys;
  /** The log it goes to. */
  readonly logId: string;
}

/** The codes under which PostgreSQL's grammar has not read the text, or nobody asked it to, unless a statement says it has. */
const unread: ReadonlySet<ErrorCode> = new Set([
  'STATEMENT_UNPARSABLE',
  'STATEMENT_TOO_COMPLEX',
  'DATABASE_UNKNOWN',
  'REQUEST_INVALID',
  'PRINCIPAL_UNKNOWN',
  'BACKEND_UNAVAILABLE',
  'LIMIT_EXCEEDED',
  'INTERNAL',
]);

/** `error` absent: the call is permitted and owes an outcome. Present: it is refused, and this record is the last of it. */
export async function intentRecord(
  request: QueryRequest,
  trail: Trail,
  error: BrokerError | undefined,
  context: IntentContext,
): Promise<IntentBody> {
  const statement = trail.statement === undefined ? undefined : openStatement(trail.statement);
  const objects = trail.access === undefined ? undefined : objectUses(trail.access);
  const sql = await sqlSection(request, trail, error, statement, objects, context);
  const { purpose } = request.call;
  return {
    type: 'intent',
    ...callSections(request.call),
    ...(request.page === undefined ? {} : { page: request.page.number }),
    db: databaseSection(request, trail),
    ...(purpose === undefined ? {} : { purpose: oneLine(purpose, 500) }),
    ...(sql === undefined ? {} : { sql }),
    ...(statement === undefined ? {} : { stmt: statementSection(statement) }),
    act: request.action,
    ...(objects === undefined ? {} : { objects: [...objects] }),
    decision: decisionSection(trail.decision, error, request.confirmation),
    ...(error === undefined ? {} : { final: true }),
  };
}

/** Who called, from where, with which tool: on every intent, so that one line answers alone. */
export function callSections(call: CallContext) {
  const { mcp, client, trace, cause } = call;
  return {
    call: call.id,
    ...(cause === undefined ? {} : { cause }),
    mcp: {
      ...(mcp?.request === undefined ? {} : { req: oneLine(mcp.request, 256) }),
      method: 'tools/call',
      tool: oneLine(call.tool, 256),
      ...(mcp?.protocol === undefined ? {} : { proto: oneLine(mcp.protocol, 256) }),
    },
    ...(trace === undefined ? {} : { trace: { id: trace.id, span: trace.span } }),
    principal: principalSection(call.principal),
    client: { ...(client.address === undefined ? {} : { addr: client.address }), ...claimedSection(client) },
    session: {
      ...(mcp?.session === undefined ? {} : { id: oneLine(mcp.session, 256) }),
      transport: call.transport,
    },
  };
}

function claimedSection({ name, version, claimed }: CallContext['client']) {
  if (name === undefined && version === undefined && claimed === undefined) return {};
  return {
    claimed: {
      ...(name === undefined ? {} : { name: oneLine(name, 256) }),
      ...(version === undefined ? {} : { ver: oneLine(version, 256) }),
      ...(claimed === undefined ? {} : { who: oneLine(claimed, 256) }),
    },
  };
}

/** Principals live as long as their keys: their section is made once. */
const principals = new WeakMap<Principal, ReturnType<typeof makePrincipalSection>>();

function principalSection(principal: Principal) {
  const known = principals.get(principal) ?? makePrincipalSection(principal);
  principals.set(principal, known);
  return known;
}

function makePrincipalSection(principal: Principal) {
  return {
    id: bounded(principal.id),
    kind: principal.kind,
    ...(principal.issuer === undefined ? {} : { iss: bounded(principal.issuer) }),
    auth: principal.auth,
    ...(principal.key === undefined ? {} : { key: principal.key }),
    roles: principal.roles.map((role) => bounded(role)),
    ...(principal.onBehalfOf === undefined ? {} : { obo: bounded(principal.onBehalfOf) }),
  };
}

/** An id that no database has is a caller's text: it is shown when it could be an id, else left out. */
function databaseSection({ databaseId }: QueryRequest, { database, access }: Trail) {
  if (database === undefined) {
    return databaseId !== undefined && /^[\w.-]{1,63}$/.test(databaseId) ? { asked: databaseId } : {};
  }
  const namespace = database.connection.type === 'embedded' ? undefined : database.connection.database;
  return {
    id: database.id,
    type: database.connection.type,
    ...(namespace === undefined ? {} : { ns: bounded(namespace) }),
    ...(access?.catalogVersion === undefined ? {} : { catalog: bounded(access.catalogVersion) }),
  };
}

async function sqlSection(
  { statement: source, call }: QueryRequest,
  trail: Trail,
  error: BrokerError | undefined,
  statement: StatementContents | undefined,
  objects: readonly ObjectUse[] | undefined,
  { mode, keys, logId }: IntentContext,
): Promise<SqlSection | undefined> {
  if (source.from === 'fixed') return undefined; // named in `stmt.fixed`; the texts are part of the program
  return describeSql(
    {
      sql: source.sql,
      principal: call.principal,
      parameters: source.parameters,
      parses: statement !== undefined || (error !== undefined && !unread.has(error.code)),
      bound: boundNames(trail.access),
      summary: statement === undefined ? undefined : summarize(statement.kind, objects ?? []),
      errorPosition: error?.position,
    },
    mode,
    keys,
    logId,
  );
}

function statementSection(statement: StatementContents) {
  return {
    kind: bounded(statement.kind),
    class: statement.class,
    n: 1,
    ro: statement.class === 'read',
    ...(statement.fixed === undefined ? {} : { fixed: statement.fixed }),
  };
}

function decisionSection(
  decision: Decision | undefined,
  error: BrokerError | undefined,
  confirmation: Confirmation | undefined,
): IntentBody['decision'] {
  const confirmed = confirmation?.answer === 'accepted' ? { confirmed: true as const } : {};
  const code = error === undefined ? confirmed : { code: error.code };
  const eff = error === undefined ? 'allow' : 'deny';
  if (decision === undefined) return { eff, ...code };
  const { limits, masks } = decision.obligations;
  return {
    eff,
    ...code,
    rules: decision.rules.map((rule) => bounded(rule, 2048)),
    policy: decision.policy.sha256,
    model: decision.policy.model,
    gen: decision.policy.generation,
    limits: { rows: whole(limits.maxRows), bytes: whole(limits.maxBytes), ms: whole(limits.statementTimeout) },
    masks: masks.map(({ column }) => bounded(column, 1024)),
    ...(decision.denied.length === 0
      ? {}
      : {
          denied: decision.denied.map(({ resource, action }) => ({
            resource: bounded(resource, 1024),
            action: bounded(action, 64),
          })),
        }),
    us: whole(decision.duration),
  };
}

/** The same record with less in it, for a line that would be too long; undefined when there is nothing left to leave out. */
export function shorten(body: IntentBody): IntentBody | undefined {
  if (body.sql?.text !== undefined && body.sql.text.length > 2048) {
    return { ...body, sql: { ...body.sql, text: bounded(body.sql.text, 2048), truncated: true } };
  }
  const objects = body.objects ?? [];
  if (objects.some(({ cols }) => Array.isArray(cols) && cols.length > 50)) {
    return {
      ...body,
      objects: objects.map((object) =>
        Array.isArray(object.cols) && object.cols.length > 50 ? { ...object, cols: '*' } : object,
      ),
    };
  }
  if (objects.length > 20) return { ...body, objects: objects.slice(0, 20), objcut: objects.length - 20 };
  const { rules = [], denied = [] } = body.decision;
  if (rules.length > 20 || denied.length > 20) {
    return { ...body, decision: { ...body.decision, rules: rules.slice(0, 20), denied: denied.slice(0, 20) } };
  }
  return undefined;
}
