/** A JSON plan as nodes with what each costs by itself, over all the times it is run. */

import { z } from 'zod';
import type { Json } from '../../model/result.ts';

const nodeShape = z.looseObject({
  'Node Type': z.string(),
  'Parent Relationship': z.string().optional(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  Alias: z.string().optional(),
  'Index Name': z.string().optional(),
  Filter: z.string().optional(),
  'Sort Key': z.array(z.string()).optional(),
  'Total Cost': z.number(),
  'Plan Rows': z.number(),
  'Plan Width': z.number(),
  Plans: z.array(z.unknown()).optional(),
});

const rootShape = z.tuple([z.looseObject({ Plan: nodeShape })]);

export interface PlanNode {
  readonly type: string;
  readonly relation: string | undefined;
  readonly schema: string | undefined;
  readonly alias: string | undefined;
  /** The index it reads, where it reads one. */
  readonly index: string | undefined;
  readonly filter: string | undefined;
  readonly sortKeys: readonly string[];
  /** Cost of one run with all below it. */
  readonly cost: number;
  /** What the node itself adds, times its runs. */
  readonly own: number;
  /** How often the plan expects it to run: more than once inside a nested loop and in a subplan. */
  readonly runs: number;
  readonly rows: number;
  readonly width: number;
  readonly isSubplan: boolean;
  readonly parent: PlanNode | undefined;
}

export interface Plan {
  readonly nodes: readonly PlanNode[];
  readonly cost: number;
  readonly rows: number;
}

/** Undefined where the answer is no JSON plan with costs (the caller's own EXPLAIN may have asked for another). */
export function readPlan(value: Json | undefined): Plan | undefined {
  const root = rootShape.safeParse(value);
  if (!root.success) return undefined;
  const nodes: PlanNode[] = [];
  visit(root.data[0].Plan, 1, undefined, nodes);
  const { 'Total Cost': cost, 'Plan Rows': rows } = root.data[0].Plan;
  return { nodes, cost, rows };
}

type Shape = z.output<typeof nodeShape>;

function visit(shape: Shape, runs: number, parent: PlanNode | undefined, nodes: PlanNode[]): void {
  const children = (shape.Plans ?? []).flatMap((child) => {
    const parsed = nodeShape.safeParse(child);
    return parsed.success ? [parsed.data] : [];
  });
  const below = children.map((child) => runsOf(child, shape, children));
  const spent = children.reduce((sum, child, index) => sum + child['Total Cost'] * (below[index] ?? 1), 0);
  const node: PlanNode = {
    type: shape['Node Type'],
    relation: shape['Relation Name'],
    schema: shape.Schema,
    alias: shape.Alias,
    index: shape['Index Name'],
    filter: shape.Filter,
    sortKeys: shape['Sort Key'] ?? [],
    cost: shape['Total Cost'],
    own: Math.max(0, shape['Total Cost'] - spent) * runs,
    runs,
    rows: shape['Plan Rows'],
    width: shape['Plan Width'],
    isSubplan: shape['Parent Relationship'] === 'SubPlan',
    parent,
  };
  nodes.push(node);
  for (const [index, child] of children.entries()) visit(child, runs * (below[index] ?? 1), node, nodes);
}

/** Runs of a child for one run of its parent. A materialized inner side is computed once and only read again. */
function runsOf(child: Shape, parent: Shape, children: readonly Shape[]): number {
  const relationship = child['Parent Relationship'];
  if (relationship === 'SubPlan') return Math.max(1, parent['Plan Rows']);
  if (parent['Node Type'] !== 'Nested Loop' || relationship !== 'Inner') return 1;
  if (child['Node Type'] === 'Materialize' || child['Node Type'] === 'Memoize') return 1;
  const outer = children.find((other) => other['Parent Relationship'] === 'Outer');
  return Math.max(1, outer?.['Plan Rows'] ?? 1);
}
