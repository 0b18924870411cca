/** The corridor: every call that reaches a database walks these five rooms, in this order, and leaves its records. */

import type { AuthorizedQuery, NotExecuted, Trail } from '../audit/audit-log.ts';
import { openAuthorized } from '../audit/audit-log.ts';
import { StaleCatalog } from '../backends/stale-catalog.ts';
import { requirePurpose } from '../databases/require-purpose.ts';
import type { QueryRequest } from '../model/request.ts';
import { type Outcome, settle } from '../model/result.ts';
import { authorize } from '../policy/authorize.ts';
import { parseStatement } from '../sql/parse-statement.ts';
import { resolveReferences } from '../sql/references/resolve-references.ts';
import type { Answer, Broker, Listing, View } from './answer.ts';
import { createCursors } from './cursors.ts';
import { missesName } from './misses-name.ts';
import { note } from './note.ts';
import type { BrokerParts } from './parts.ts';
import { requireConfirmation } from './require-confirmation.ts';

export function createBroker(parts: BrokerParts): Broker {
  const { databases, catalogs, decisionPoint, audit, backends, watch = () => undefined } = parts;
  const cursors = createCursors();

  async function admit(request: QueryRequest, trail: Trail) {
    watch(request, 'resolve');
    const { database } = note(trail, { database: databases.resolve(request.databaseId, request.call.principal) });
    requirePurpose(database, request.call);
    const asked = cursors.read(request, database);
    watch(request, 'parse');
    const { statement } = note(trail, { statement: await parseStatement(asked, database) });
    watch(request, 'references');
    const { knows } = decisionPoint.visibility(request.call.principal, database.id); // hidden names end where missing ones do
    const { access } = note(trail, { access: await resolveReferences(statement, catalogs, knows) });
    watch(request, 'authorize');
    const permit = await authorize(decisionPoint, statement, access, trail);
    requireConfirmation(database, request);
    watch(request, 'intent');
    return audit.recordIntent(permit);
  }

  async function admitOrRefuse(request: QueryRequest, trail: Trail): Promise<Outcome<AuthorizedQuery>> {
    const admission = await settle(() => admit(request, trail));
    if (admission.ok) return admission;
    watch(request, 'refusal', true);
    await audit.recordRefusal(request, admission.error, trail);
    return admission;
  }

  async function attempt(request: QueryRequest, signal: AbortSignal): Promise<Outcome<Answer>> {
    const admission = await admitOrRefuse(request, {});
    if (!admission.ok) return admission;
    watch(request, 'execute');
    const execution = await settle(() => backends.execute(admission.value, signal));
    watch(request, 'outcome', !execution.ok);
    const receipt = await audit.recordOutcome(admission.value, execution); // throws → the rows are withheld
    if (execution.ok) return { ok: true, value: cursors.give(admission.value, { ...execution.value, receipt }) };
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
    watch(request, 'outcome');
    const checked: NotExecuted = { why: 'checked' };
    const receipt = await audit.recordOutcome(admission.value, { ok: true, value: checked });
    return { trail, verdict: { ok: true, value: receipt } as const };
  }

  async function look<Item>(request: QueryRequest, view: View<Item>): Promise<Listing<Item>> {
    const admission = await admitOrRefuse(request, {});
    if (!admission.ok) throw admission.error;
    const { database } = openAuthorized(admission.value);
    watch(request, 'view');
    const seen = await settle(async () => view(await catalogs.current(database, request.call), database));
    const rows = seen.ok ? seen.value.length : 0;
    const outcome = seen.ok ? { ok: true as const, value: { why: 'answered_by_broker' as const, rows } } : seen;
    watch(request, 'outcome', !seen.ok);
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
