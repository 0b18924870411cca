/** What a plan tells of trouble besides missing indexes: costly nodes, big sorts, subplans run again and again, stale statistics. */

import { displayName, type Finding, percent } from './finding.ts';
import { relationOf, type Surroundings } from './index-candidates.ts';
import type { Plan, PlanNode } from './plan.ts';
import { vacuumProblems } from './vacuum-problems.ts';

/** Share of the plan's cost from which a node is told of. */
const costly = 25;
const manyRuns = 1000;

const round = (value: number): number => Math.round(value * 100) / 100;

const nameOf = (node: PlanNode): string =>
  node.relation === undefined ? node.type : `${node.type} on ${node.relation}`;

export function planProblems(plan: Plan, around: Surroundings): Finding[] {
  return [
    ...plan.nodes.flatMap((node) => [
      ...expensive(node, plan),
      ...bigSort(node, around.server.work_mem_bytes),
      ...repeated(node),
    ]),
    ...staleStatistics(plan, around),
  ];
}

function expensive(node: PlanNode, plan: Plan): Finding[] {
  const share = percent(node.own, plan.cost);
  if (share < costly || plan.cost < 100) return [];
  return [
    {
      object: nameOf(node),
      problem: 'costly node',
      severity: 'info',
      evidence: {
        own_cost: round(node.own),
        share_pct: Math.min(100, share),
        rows: node.rows,
        runs: Math.round(node.runs),
        ...(node.filter === undefined ? {} : { filter: node.filter }),
      },
      advice: adviceFor(node),
    },
  ];
}

function adviceFor({ type, filter }: PlanNode): string {
  if (type === 'Seq Scan')
    return filter === undefined
      ? 'The whole table is read. Restrict the rows asked for, or keep a summary if all are needed each time.'
      : 'The whole table is read and filtered. See whether an index serves the filter; a function or cast over the column hides it from one.';
  if (type.includes('Join') || type === 'Nested Loop')
    return 'Joining costs most here. Filter earlier, join on indexed columns, and check that statistics are fresh.';
  if (type === 'Sort' || type === 'Incremental Sort')
    return 'Sorting costs most here. An index in this order, or fewer rows before the sort, would spare it.';
  if (type.includes('Aggregate') || type === 'WindowAgg')
    return 'Aggregating costs most here. Aggregate fewer rows, or keep the result in a materialized view.';
  return 'Most of the cost arises here. Reduce the rows that reach this node.';
}

function bigSort(node: PlanNode, workMemory: number): Finding[] {
  const bytes = node.rows * node.width;
  if (!['Sort', 'Hash', 'Materialize'].includes(node.type) || bytes <= workMemory || node.parent?.type === 'Limit')
    return [];
  return [
    {
      object: nameOf(node),
      problem: 'spills to disk',
      severity: 'warning',
      evidence: { rows: node.rows, row_bytes: node.width, needed_bytes: bytes, work_mem_bytes: workMemory },
      advice:
        'By its estimate this step needs more memory than work_mem and writes temporary files. Take fewer or narrower rows, or give this session more work_mem.',
      sql: `SET work_mem = '${Math.ceil((bytes * 2) / 1024 / 1024)}MB'; -- for the session that runs it`,
    },
  ];
}

function repeated(node: PlanNode): Finding[] {
  if (!node.isSubplan || node.runs < manyRuns) return [];
  return [
    {
      object: nameOf(node),
      problem: 'subquery run per row',
      severity: 'warning',
      evidence: {
        runs: Math.round(node.runs),
        cost_per_run: round(node.cost),
        total_cost: round(node.cost * node.runs),
      },
      advice:
        'A correlated subquery runs once for every row outside it. Write it as a join or a LATERAL, or aggregate once and join.',
    },
  ];
}

/** Of the tables of this plan alone. */
function staleStatistics(plan: Plan, around: Surroundings): Finding[] {
  const relations = new Set(plan.nodes.map((node) => relationOf(node, around)).filter((found) => found !== undefined));
  return [...relations].flatMap((relation) => [
    ...vacuumProblems(relation, around.server).filter(({ problem }) => problem === 'stale statistics'),
    ...(relation.rows_estimate < 0 && relation.live_rows === 0
      ? [
          {
            object: displayName(relation.schema, relation.name),
            problem: 'stale statistics',
            severity: 'warning' as const,
            evidence: { analyzed: 'never' },
            advice: 'The planner knows nothing of this table and guesses. Analyze it.',
          },
        ]
      : []),
  ]);
}
