/** What an analysis finds, in one shape for every analysis tool, and how that reads as text. */

import { z } from 'zod';
import { printName } from '../../policy/identifiers.ts';
import type { Frozen } from '../tool.ts';

const severities = ['critical', 'warning', 'info'] as const;

/** Numbers and short facts by name; a unit is part of the name (`_bytes`, `_pct`, `_ms`, `_s`). */
const evidence = z.record(z.string(), z.union([z.number(), z.string()]));

export const findings = z.array(
  z.object({
    object: z.string(),
    problem: z.string(),
    severity: z.enum(severities),
    evidence,
    advice: z.string(),
    sql: z.string().optional(),
  }),
);

/** `sql` is for people to read and run: nothing here ever runs it. */
export type Finding = Frozen<z.input<typeof findings>>[number];
export type Evidence = Finding['evidence'];

/** What every analysis answers. `notes` say how the numbers came about, their error, and what is missing. */
export const report = { summary: evidence, findings, notes: z.array(z.string()) };

/** The worst first; of equal ones those given first. */
export function bySeverity(found: readonly Finding[]): readonly Finding[] {
  return severities.flatMap((severity) => found.filter((finding) => finding.severity === severity));
}

/** A name as SQL reads it whatever it holds: always quoted, so that no keyword and no capital letter can change its meaning. */
export const quoted = (...parts: readonly string[]): string =>
  parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');

export const displayName = (schema: string, name: string): string => printName(schema, name);

/** A share in percent with one decimal; 0 of nothing. */
export const percent = (part: number, whole: number): number =>
  whole <= 0 ? 0 : Math.round((Math.max(0, part) / whole) * 1000) / 10;

export interface Report {
  readonly summary: Evidence;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** The report as people and models read it: one paragraph per finding. */
export function reportText(title: string, { summary, findings: found, notes }: Report): string {
  const facts = (of: Evidence) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return [
    `${title}: ${found.length === 0 ? 'nothing found' : `${found.length} finding(s)`}. ${facts(summary)}`,
    ...found.flatMap(({ object, problem, severity, evidence: of, advice, sql }) => [
      '',
      `[${severity}] ${problem}: ${object}`,
      `  ${facts(of)}`,
      `  ${advice}`,
      ...(sql === undefined ? [] : [`  ${sql.replaceAll('\n', '\n  ')}`]),
    ]),
    '',
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
