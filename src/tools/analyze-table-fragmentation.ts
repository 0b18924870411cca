/** analyze_table_fragmentation: dead rows and estimated bloat of tables and indexes, with the method and its error. */

import { z } from 'zod';
import { bloatMethod, indexBloat, tableBloat, wasteOf } from './analysis/bloat-problems.ts';
import { readBloat, readIndexes, readRelations, readServer } from './analysis/facts.ts';
import { bySeverity, displayName, report, reportText } from './analysis/finding.ts';
import { openSight } from './analysis/sight.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose } from './fields.ts';
import { defineTool } from './tool.ts';

/** Names shown of tables without an estimate. */
const shownNames = 10;

export const analyzeTableFragmentation = defineTool({
  name: 'analyze_table_fragmentation',
  title: 'Analyze fragmentation',
  description: 'Finds dead rows and estimated bloat of tables and indexes above a threshold, and what to do.',
  input: z.strictObject({
    threshold: z.number().min(0).max(100).default(10).describe('Percent.'),
    database_id: databaseId,
    purpose,
  }),
  output: z.object(report),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const { receipt } = await readServer(question);
    const sight = await openSight(question);
    const relations = await readRelations(question, sight);
    const indexes = await readIndexes(question, sight);
    const tables = await readBloat(question, 'analysis_table_bloat');
    const trees = await readBloat(question, 'analysis_index_bloat');
    const stored = relations.rows.filter(({ kind }) => kind !== 'p');
    const blind = stored.filter(({ oid }) => {
      const facts = tables.get(oid);
      return facts !== undefined && facts.known < facts.columns;
    });
    const content = {
      summary: {
        tables: stored.length,
        threshold_pct: input.threshold,
        dead_rows: stored.reduce((sum, { dead_rows }) => sum + dead_rows, 0),
        wasted_bytes: stored.reduce((sum, { oid }) => sum + (wasteOf(tables.get(oid))?.bytes ?? 0), 0),
      },
      findings: bySeverity([
        ...stored.flatMap((relation) => tableBloat(relation, tables.get(relation.oid), input.threshold)),
        ...indexes.rows.flatMap((index) => indexBloat(index, trees.get(index.oid), input.threshold)),
      ]),
      notes: [bloatMethod, ...withoutEstimate(blind.map(({ schema, name }) => displayName(schema, name)))],
    };
    return { content, notice: reportText('Fragmentation', content), receipt };
  },
});

function withoutEstimate(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return [
    `No estimate for ${names.slice(0, shownNames).join(', ')}${more}: columns without statistics. Run ANALYZE, or let the broker's role read them.`,
  ];
}
