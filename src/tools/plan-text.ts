/** A JSON plan as indented lines, in the manner of EXPLAIN's own text. */

import { z } from 'zod';
import type { Json } from '../model/result.ts';

const node = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  Alias: z.string().optional(),
  'Index Name': z.string().optional(),
  'Join Type': z.string().optional(),
  'Startup Cost': z.number().optional(),
  'Total Cost': z.number().optional(),
  'Plan Rows': z.number().optional(),
  'Plan Width': z.number().optional(),
  Plans: z.array(z.unknown()).optional(),
});

const root = z.looseObject({ Plan: z.unknown() });

/** Lines under a node, in the order EXPLAIN prints them. */
const details = [
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'Sort Key',
  'Group Key',
  'Subplan Name',
] as const;

export function planText(plan: readonly Json[]): string {
  return plan
    .flatMap((entry) => {
      const parsed = root.safeParse(entry);
      return parsed.success ? nodeLines(parsed.data.Plan, 0) : [];
    })
    .join('\n');
}

function nodeLines(value: unknown, depth: number): string[] {
  const parsed = node.safeParse(value);
  if (!parsed.success) return [];
  const plan = parsed.data;
  const indent = '  '.repeat(depth);
  const lines = details.flatMap((name) => detailLine(name, plan[name]).map((line) => `${indent}    ${line}`));
  return [
    `${indent}-> ${title(plan)}${costs(plan)}`,
    ...lines,
    ...(plan.Plans ?? []).flatMap((child) => nodeLines(child, depth + 1)),
  ];
}

function title(plan: z.output<typeof node>): string {
  const join = plan['Join Type'] === undefined || plan['Join Type'] === 'Inner' ? '' : ` ${plan['Join Type']} Join`;
  const index = plan['Index Name'] === undefined ? '' : ` using ${plan['Index Name']}`;
  const relation = plan['Relation Name'] === undefined ? '' : ` on ${plan['Relation Name']}`;
  return `${plan['Node Type']}${join}${index}${relation}`;
}

function costs(plan: z.output<typeof node>): string {
  const from = plan['Startup Cost'];
  const to = plan['Total Cost'];
  if (from === undefined || to === undefined) return '';
  return `  (cost=${from.toFixed(2)}..${to.toFixed(2)} rows=${plan['Plan Rows'] ?? 0} width=${plan['Plan Width'] ?? 0})`;
}

function detailLine(name: string, value: unknown): string[] {
  if (typeof value === 'string') return [`${name}: ${value}`];
  return Array.isArray(value) ? [`${name}: ${value.map(String).join(', ')}`] : [];
}
