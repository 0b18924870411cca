/** The corridor up to the decision, for operators: parse, read names, decide. Nothing is recorded, no permit is cut, nothing can run. */

import type { Catalogs } from '../catalog/catalogs.ts';
import type { Database } from '../model/database.ts';
import { asBrokerError, Refusal } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Access } from '../sql/access.ts';
import { parseStatement } from '../sql/parse-statement.ts';
import { resolveReferences } from '../sql/references/resolve-references.ts';
import { openStatement, type ParsedStatement } from '../sql/statement.ts';
import { refusalOf } from './authorize.ts';
import type { DecisionPoint } from './decision-point.ts';
import type { Walked } from './explain.ts';
import type { Decision } from './permit.ts';

export interface RehearsalParts {
  readonly decisionPoint: DecisionPoint;
  /** Loading a snapshot is a call of its own and recorded like any other. */
  readonly catalogs: Catalogs;
}

/** Whose eyes the names are read with: `operator` sees why a name is refused, `caller` what the caller would be told. */
export type Eyes = 'operator' | 'caller';

/** Never rejects: what was refused, and how far the call came, is the answer. */
export async function rehearse(
  { decisionPoint, catalogs }: RehearsalParts,
  request: QueryRequest,
  database: Database,
  eyes: Eyes,
): Promise<Walked> {
  const walked: { statement?: ParsedStatement; access?: Access; decision?: Decision } = {};
  const { principal } = request.call;
  try {
    if (!decisionPoint.mayUse(principal, database.id))
      throw new Refusal('DATABASE_UNKNOWN', 'No rule gives this principal anything in this database.');
    walked.statement = await parseStatement(request, database);
    const sight = eyes === 'caller' ? decisionPoint.visibility(principal, database.id).knows : undefined;
    walked.access = await resolveReferences(walked.statement, catalogs, sight);
    walked.decision = await decisionPoint.decide({
      principal,
      database,
      request,
      statement: openStatement(walked.statement),
      access: walked.access,
    });
    const [first] = walked.decision.denied;
    if (first !== undefined) throw refusalOf(first, database);
    if (walked.decision.effect !== 'permit') throw new Refusal('POLICY_DENIED', 'No rule permits this statement.');
    return walked;
  } catch (thrown) {
    return { ...walked, error: asBrokerError(thrown) };
  }
}
