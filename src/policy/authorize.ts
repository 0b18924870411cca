/** Asks the decision point, keeps its answer on the trail, and cuts the permit: the only file that may. */

import type { Database } from '../model/database.ts';
import { BrokerError, Refusal } from '../model/errors.ts';
import type { Access } from '../sql/access.ts';
import { nameNotAvailable } from '../sql/name-not-available.ts';
import { openStatement, type ParsedStatement } from '../sql/statement.ts';
import { inTurn } from '../sql/turns.ts';
import type { DecisionPoint } from './decision-point.ts';
import { type Decision, type Denial, type Permit, sealPermit } from './permit.ts';

/**
 * The decision is on `trail` before anything is thrown, so that a refusal is recorded with the rules that made it.
 * Throws NAME_NOT_AVAILABLE, POLICY_DENIED, FUNCTION_FORBIDDEN or POLICY_UNAVAILABLE.
 */
export async function authorize(
  decisionPoint: DecisionPoint,
  statement: ParsedStatement,
  access: Access,
  trail: { decision?: Decision },
): Promise<Permit> {
  const contents = openStatement(statement);
  const { request, database } = contents;
  const decision = await ask(decisionPoint, {
    principal: request.call.principal,
    database,
    request,
    statement: contents,
    access,
  });
  trail.decision = decision;
  const [first] = decision.denied;
  if (first !== undefined) throw refusalOf(first, database);
  // an answer that names no rule is no permit, whoever gave it (invariant 5)
  if (decision.effect !== 'permit' || decision.rules.length === 0)
    throw new Refusal('POLICY_DENIED', 'No rule permits this statement to you.', contactHint(database));
  return sealPermit({ request, database, statement, access, decision });
}

async function ask(decisionPoint: DecisionPoint, question: Parameters<DecisionPoint['decide']>[0]): Promise<Decision> {
  try {
    return await inTurn(question.principal, () => decisionPoint.decide(question));
  } catch (thrown) {
    if (thrown instanceof BrokerError) throw thrown;
    throw new Refusal('POLICY_UNAVAILABLE', 'The policy of the database could not be asked, so nothing is permitted.', {
      cause: thrown,
    });
  }
}

/** What the caller is told of a denial: the action and the resource as the caller may see it, never the rule. */
export function refusalOf(denial: Denial, database: Database): Refusal {
  const { code, resource, action, position, kind, hint } = denial;
  if (code === 'NAME_NOT_AVAILABLE')
    return nameNotAvailable(
      resource,
      kind === 'setting' || kind === 'statement' ? 'relation' : kind,
      position,
      database,
    );
  const message =
    code === 'FUNCTION_FORBIDDEN'
      ? `${resource}: no rule can permit this function here.`
      : `${action} on ${resource} is not permitted to you.`;
  return new Refusal(code, message, { position, ...contactHint(database, hint) });
}

function contactHint({ contact }: Database, hint?: string): { hint?: string } {
  const parts = [hint, contact === undefined ? undefined : `For access, ask ${contact}.`].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? {} : { hint: parts.join(' ') };
}
