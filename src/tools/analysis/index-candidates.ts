/** Indexes a plan would gain by: candidates from its filters, with the cost the planner's own constants give them. */

import type { HypotheticalIndex } from '../../model/request.ts';
import { conditionsOf, sortColumn } from './conditions.ts';
import type { IndexFacts, RelationFacts, ServerFacts } from './facts.ts';
import { displayName, type Finding, percent, quoted } from './finding.ts';
import { rowsOf } from './key-problems.ts';
import type { Plan, PlanNode } from './plan.ts';
import type { Sight } from './sight.ts';

export interface Surroundings {
  readonly sight: Sight;
  readonly server: ServerFacts;
  readonly relations: readonly RelationFacts[];
  readonly indexes: readonly IndexFacts[];
}

/** An index must at least halve the cost of its scan to be worth telling. */
const worthwhile = 0.5;

export const candidateMethod =
  'Candidates come from the filters and costs of the plan; what an index would cost is computed from row estimates and the planner’s cost constants, not proven. Expect the order of magnitude to hold where statistics are fresh.';

/** What is advised, and the index itself for the planner to try. */
export interface IndexCandidate {
  readonly finding: Finding;
  readonly index: HypotheticalIndex;
}

export function indexCandidates(plan: Plan, around: Surroundings): IndexCandidate[] {
  const found = plan.nodes.flatMap((node) => candidate(node, plan, around));
  const isFirst = ({ finding }: IndexCandidate, at: number) =>
    found.findIndex((other) => other.finding.sql === finding.sql) === at;
  return found.filter(isFirst);
}

/** The relation of a scan, where the plan's name leads to one relation alone, and that may be seen. */
export function relationOf(node: PlanNode, { sight, relations }: Surroundings): RelationFacts | undefined {
  if (node.relation === undefined) return undefined;
  const named = [...sight.catalog.relations()].filter(
    ({ name, schema }) => name === node.relation && (node.schema === undefined || schema === node.schema),
  );
  const [only, another] = named;
  if (only === undefined || another !== undefined) return undefined;
  return relations.find(({ schema, name }) => schema === only.schema && name === only.name);
}

function candidate(node: PlanNode, plan: Plan, around: Surroundings): IndexCandidate[] {
  const relation = node.type === 'Seq Scan' ? relationOf(node, around) : undefined;
  if (relation === undefined || relation.pages === 0) return [];
  const keys = keysOf(node, relation, around);
  if (keys.length === 0 || isServed(keys, relation, around.indexes)) return [];
  const estimated = indexCost(node, relation, around.server);
  if (estimated > node.cost * worthwhile) return [];
  const now = node.cost * node.runs;
  const columns = keys.map(({ column, descending }) => `${quoted(column)}${descending ? ' DESC' : ''}`).join(', ');
  const { schema, name } = relation;
  const finding: Finding = {
    object: `${displayName(schema, name)} (${keys.map(({ column }) => column).join(', ')})`,
    problem: 'missing index',
    severity: percent(now, plan.cost) >= 50 && estimated * 10 <= node.cost ? 'critical' : 'warning',
    evidence: {
      table_rows: rowsOf(relation),
      matching_rows: node.rows,
      runs: Math.round(node.runs),
      scan_cost: round(node.cost),
      estimated_index_cost: round(estimated),
      plan_cost: round(plan.cost),
      share_pct: Math.min(100, percent(now, plan.cost)),
    },
    advice: `The plan reads the whole table${node.runs > 1 ? ` ${Math.round(node.runs)} times` : ''} for ${Math.round(node.rows)} of its rows. An index over the compared columns would find them directly; every write to the table then maintains it.`,
    sql: `CREATE INDEX CONCURRENTLY ON ${quoted(schema, name)} (${columns});`,
  };
  const index = {
    schema,
    relation: name,
    columns: keys.map(({ column, descending }) => ({ name: column, descending })),
  };
  return [{ finding, index }];
}

interface Key {
  readonly column: string;
  readonly descending: boolean;
}

/** Equality first, then the order of a LIMIT or one range: beyond that a B-tree cannot narrow. Only columns that may be seen. */
function keysOf(node: PlanNode, { schema, name }: RelationFacts, { sight }: Surroundings): Key[] {
  const conditions = conditionsOf(node.filter ?? '', node.alias).filter(({ column }) =>
    sight.columns(schema, name, [column]),
  );
  const equal = conditions.filter(({ kind }) => kind === 'equal').map(({ column }) => column);
  const range = conditions.find(({ kind }) => kind === 'range');
  const tail = orderedBy(node).filter(({ column }) => sight.columns(schema, name, [column]));
  const keys = [
    ...[...new Set(equal)].map((column) => ({ column, descending: false })),
    ...(tail.length > 0 ? tail : range === undefined ? [] : [{ column: range.column, descending: false }]),
  ];
  return keys.filter(({ column }, index) => keys.findIndex((key) => key.column === column) === index);
}

/** The order of a Sort directly above the scan that a LIMIT cuts short. */
function orderedBy({ parent }: PlanNode): Key[] {
  if (parent?.type !== 'Sort' || parent.parent?.type !== 'Limit') return [];
  const keys = parent.sortKeys.map(sortColumn);
  return keys.every((key) => key !== undefined) ? keys.filter((key) => key !== undefined) : [];
}

/** Whether an index already begins with these columns, in any order: the planner then had its reasons. */
function isServed(keys: readonly Key[], { schema, name }: RelationFacts, indexes: readonly IndexFacts[]): boolean {
  return indexes.some(
    (index) =>
      index.valid &&
      index.plain &&
      index.method === 'btree' &&
      index.schema === schema &&
      index.relation === name &&
      keys.every(({ column }) => index.columns.slice(0, keys.length).includes(column)),
  );
}

/** A descent, a page at random for each row, and the rows: as cost_index reckons without correlation. */
function indexCost({ rows, parent }: PlanNode, relation: RelationFacts, server: ServerFacts): number {
  const total = Math.max(1, rowsOf(relation));
  const limited = parent?.type === 'Sort' && parent.parent?.type === 'Limit' ? parent.parent.rows : rows;
  const fetched = Math.max(1, Math.min(rows, limited));
  const descent = Math.ceil(Math.log2(total)) * server.cpu_operator_cost + 50 * server.cpu_operator_cost * 3;
  const pages = Math.min(fetched, relation.pages) * server.random_page_cost;
  return descent + pages + fetched * (server.cpu_tuple_cost + server.cpu_index_tuple_cost + server.cpu_operator_cost);
}

const round = (value: number): number => Math.round(value * 100) / 100;
