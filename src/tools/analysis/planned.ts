/** The plan of a caller's query, through the corridor as explain_query asks for it, and what surrounds its tables. */

import { BrokerError, Refusal } from '../../model/errors.ts';
import { firstCell } from '../../model/read-rows.ts';
import { type HypotheticalIndex, noParameters } from '../../model/request.ts';
import type { Json, QueryResult, Receipt } from '../../model/result.ts';
import { readIndexes, readRelations, readServer } from './facts.ts';
import type { Surroundings } from './index-candidates.ts';
import { type Plan, readPlan } from './plan.ts';
import type { Question } from './read.ts';
import { openSight } from './sight.ts';

export interface Planned {
  /** As PostgreSQL answered. */
  readonly json: readonly Json[];
  /** Undefined where it is not JSON with costs. */
  readonly plan: Plan | undefined;
  /** The index it was planned with, where one was asked for and could be made. */
  readonly hypothetical: QueryResult['hypothetical'];
  readonly receipt: Receipt;
}

/** The query is planned, never run. Throws BrokerError, with positions in the text as the caller wrote it. */
export async function planQuery(
  { parts, databaseId, invocation }: Question,
  sql: string,
  hypothetical?: HypotheticalIndex,
): Promise<Planned> {
  const { call, signal } = invocation;
  const statement = { from: 'caller', sql, parameters: noParameters } as const;
  const plain = { call, databaseId, action: 'explain', statement, intent: 'read' } as const;
  const request = hypothetical === undefined ? plain : { ...plain, hypothetical };
  const answer = await parts.broker.run(request, signal).catch(withHint);
  const value = firstCell(answer.rows);
  const { receipt, hypothetical: made } = answer;
  return { json: Array.isArray(value) ? value : [], plan: readPlan(value), hypothetical: made, receipt };
}

/** Texts of pg_stat_statements come with $n, and these tools take no values: a plan for no value in particular would mislead. */
function withHint(thrown: unknown): never {
  if (!(thrown instanceof BrokerError) || thrown.code !== 'REQUEST_INVALID' || thrown.hint !== undefined) throw thrown;
  throw new Refusal(thrown.code, thrown.message, {
    hint: 'Write typical values in place of $1, $2 and so on: the plan depends on them.',
    cause: thrown,
  });
}

export async function readSurroundings(question: Question): Promise<Surroundings> {
  const { facts: server } = await readServer(question);
  const sight = await openSight(question);
  const { rows: relations } = await readRelations(question, sight);
  const { rows: indexes } = await readIndexes(question, sight);
  return { server, sight, relations, indexes };
}
