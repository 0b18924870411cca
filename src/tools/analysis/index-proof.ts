/** Proves index candidates with HypoPG: the planner plans the query again as if the index were there. */

import { BrokerError } from '../../model/errors.ts';
import { displayName, type Finding } from './finding.ts';
import type { IndexCandidate } from './index-candidates.ts';
import type { Plan } from './plan.ts';
import { type Planned, planQuery } from './planned.ts';
import type { Question } from './read.ts';
import type { Sight } from './sight.ts';

export interface Proof {
  readonly findings: readonly Finding[];
  readonly proven: number;
  readonly refuted: number;
  /** What was not proven, and why. */
  readonly notes: readonly string[];
}

/** The extension as the database has it: no version where it is at hand and not created. */
export interface HypoPG {
  readonly version: string | null;
  readonly schema: string | null;
}

/** Each takes a session of its own, which is thrown away. */
const maxTried = 3;

/** Share of the plan's cost that an index must save to be worth its writes. */
const worthwhile = 0.1;

const poolerBefore =
  'Not proven: a pooler stands before this database, and a hypothetical index would stay in a session that it hands to others.';

export const proofMethod =
  'Proven with HypoPG: each candidate was made as a hypothetical index in a session that was thrown away, and the query planned with it, never run. cost_before and cost_after are the planner’s costs of the whole plan.';

/** Why nothing can be proven here, as far as is known before it is tried. */
export function whyUnproven(found: HypoPG | undefined, { database, visibility }: Sight): string | undefined {
  if (database.connection.type !== 'direct_postgres')
    return 'Not proven: a hypothetical index lives in a session of the server, and on this kind of connection none can be thrown away afterwards.';
  if (found === undefined || found.version === null)
    return 'Not proven: HypoPG, which lets the planner cost an index that does not exist, is not installed.';
  const schema = found.schema ?? '';
  if (!visibility.function(schema, 'hypopg_create_index', ['text']))
    return `Not proven: HypoPG is installed, but call on ${displayName(schema, 'hypopg_create_index')}() is not permitted to you.`;
  return undefined;
}

/** Tries the candidates one after the other. Throws BrokerError where not the candidate but the call has failed. */
export async function proveCandidates(
  question: Question,
  query: string,
  before: Plan,
  candidates: readonly IndexCandidate[],
): Promise<Proof> {
  const findings: Finding[] = [];
  const notes = new Set<string>();
  const judged = { proven: 0, refuted: 0 };
  for (const [at, { finding, index }] of candidates.entries()) {
    const tried = at < maxTried && !notes.has(poolerBefore) ? await tryOut(question, query, index) : undefined;
    const after = tried?.plan;
    if (tried?.hypothetical === undefined || after === undefined) {
      findings.push(finding);
      if (tried !== undefined) notes.add(poolerBefore);
      else if (at >= maxTried) notes.add(`Only the first ${maxTried} candidates were tried; the others are estimates.`);
      else if (!notes.has(poolerBefore))
        notes.add(`${finding.object} is an estimate: the server did not plan with it.`);
      continue;
    }
    const { name, bytes } = tried.hypothetical;
    const used = after.nodes.some((node) => node.index === name);
    const helps = used && after.cost <= before.cost * (1 - worthwhile);
    judged[helps ? 'proven' : 'refuted'] += 1;
    const costs = { cost_before: round(before.cost), cost_after: round(after.cost) };
    const evidence = { ...finding.evidence, ...costs, index_bytes: bytes, planner_uses_it: used ? 'yes' : 'no' };
    findings.push(helps ? proven(finding, evidence, before, after) : refuted(finding, evidence, used));
  }
  return { findings, ...judged, notes: [...notes] };
}

/** What is the candidate's own fault: the server would not make it, or may not be asked to any more. */
const ofCandidate: ReadonlySet<string> = new Set(['BACKEND_QUERY_FAILED', 'NAME_NOT_AVAILABLE', 'POLICY_DENIED']);

async function tryOut(question: Question, query: string, index: IndexCandidate['index']): Promise<Planned | undefined> {
  try {
    return await planQuery(question, query, index);
  } catch (thrown) {
    if (thrown instanceof BrokerError && ofCandidate.has(thrown.code)) return undefined;
    throw thrown;
  }
}

function proven(finding: Finding, evidence: Finding['evidence'], before: Plan, after: Plan): Finding {
  return {
    ...finding,
    severity: after.cost * 10 <= before.cost ? 'critical' : 'warning',
    evidence,
    advice: `Proven with a hypothetical index: the planner would use it, and the plan would cost ${round(after.cost)} instead of ${round(before.cost)}. Every write to the table then maintains it.`,
  };
}

function refuted({ object }: Finding, evidence: Finding['evidence'], used: boolean): Finding {
  return {
    object,
    problem: 'index would not help',
    severity: 'info',
    evidence,
    advice: used
      ? 'Tried as a hypothetical index: the planner would use it, but the plan would cost nearly as much. Do not create it for this query.'
      : 'Tried as a hypothetical index: the planner would not use it. Do not create it for this query; a cast or a function around the column may keep an index from serving the condition.',
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
