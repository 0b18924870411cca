/** The corridor: every call that reaches a database walks these five rooms, in this order, and leaves its records. */

import type { AuditLog, AuthorizedQuery, NotExecuted, Trail } from '../audit/audit-log.ts';
import { openAuthorized } from '../audit/audit-log.ts';
import type { Backend } from '../backends/backend.ts';
import { StaleCatalog } from '../backends/stale-catalog.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Databases } from '../databases/databases.ts';
import { requirePurpose } from '../databases/require-purpose.ts';
import type { QueryRequest } from '../model/request.ts';
import { type Outcome, settle } from '../model/result.ts';
import { authorize } from '../policy/authorize.ts';
import type { DecisionPoint } from '../policy/decision-point.ts';
import { parseStatement } from '../sql/parse-statement.ts';
import { resolveReferences } from '../sql/references/resolve-references.ts';
import type { Answer, Broker, Listing, View } from './answer.ts';
import { missesName } from './misses-name.ts';
import { requireConfirmation } from './require-confirmation.ts';

export interface BrokerParts {
  readonly databases: Databases;
  readonly catalogs: Catalogs;
  readonly decisionPoint: DecisionPoint;
  readonly audit: AuditLog;
  readonly backends: Backend;
}

export function createBroker({ databases, catalogs, decisionPoint, audit, backends }: BrokerParts): Broker {
  async function admit(request: QueryRequest, trail: Trail) {
    const { database } = note(trail, { database: databases.resolve(request.databaseId, request.call.principal) });
    requirePurpose(database, request.call);
    const { statement } = note(trail, { statement: await parseStatement(request, database) });
    const { knows } = decisionPoint.visibility(request.call.principal, database.id); // hidden names end where missing ones do
    const { access } = note(trail, { access: await resolveReferences(statement, catalogs, knows) });
    const permit = await authorize(decisionPoint, statement, access, trail);
    requireConfirmation(database, request);
    return audit.recordIntent(permit);
  }

  async function admitOrRefuse(request: QueryRequest, trail: Trail): Promise<Outcome<AuthorizedQuery>> {
    const admission = await settle(() => admit(request, trail));
    if (!admission.ok) await audit.recordRefusal(request, admission.error, trail);
    return admission;
  }

  async function attempt(request: QueryRequest, signal: AbortSignal): Promise<Outcome<Answer>> {
    const admission = await admitOrRefuse(request, {});
    if (!admission.ok) return admission;
    const execution = await settle(() => backends.execute(admission.value, signal));
    const receipt = await audit.recordOutcome(admission.value, execution); // throws → the rows are withheld
    if (execution.ok) return { ok: true, value: { ...execution.value, receipt } };
    if (missesName(execution.error)) catalogs.invalidate(openAuthorized(admission.value).database.id);
    return execution;
  }

  async function run(request: QueryRequest, signal: AbortSignal): Promise<Answer> {
    const first = await attempt(request, signal);
    const last = isStale(first) ? await attempt(request, signal) : first; // read the statement anew, once
    if (!last.ok) throw last.error;
    return last.value;
  }

  async function check(request: QueryRequest) {
    const trail: Trail = {};
    const admission = await admitOrRefuse(request, trail);
    if (!admission.ok) return { trail, verdict: admission };
    const checked: NotExecuted = { why: 'checked' };
    const receipt = await audit.recordOutcome(admission.value, { ok: true, value: checked });
    return { trail, verdict: { ok: true, value: receipt } as const };
  }

  async function look<Item>(request: QueryRequest, view: View<Item>): Promise<Listing<Item>> {
    const admission = await admitOrRefuse(request, {});
    if (!admission.ok) throw admission.error;
    const { database } = openAuthorized(admission.value);
    const seen = await settle(async () => view(await catalogs.current(database, request.call), database));
    const rows = seen.ok ? seen.value.length : 0;
    const outcome = seen.ok ? { ok: true as const, value: { why: 'answered_by_broker' as const, rows } } : seen;
    const receipt = await audit.recordOutcome(admission.value, outcome);
    if (!seen.ok) throw seen.error;
    return { items: seen.value, receipt };
  }

  function isStale(outcome: Outcome<Answer>): boolean {
    if (outcome.ok || !(outcome.error instanceof StaleCatalog)) return false;
    catalogs.invalidate(openAuthorized(outcome.error.query).database.id);
    return true;
  }

  return { run, check, look };
}

/** Keeps what a room handed out, so that a later refusal is recorded with all that was known. */
function note<Known extends Trail>(trail: Trail, known: Known): Known {
  Object.assign(trail, known);
  return known;
}
