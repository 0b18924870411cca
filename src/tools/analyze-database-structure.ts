/** analyze_database_structure: what a database is made of, and what is wrong with its keys, indexes and sequences. */

import { z } from 'zod';
import {
  type IndexFacts,
  type RelationFacts,
  readForeignKeys,
  readIndexes,
  readRelations,
  readSequences,
  readServer,
} from './analysis/facts.ts';
import { bySeverity, displayName, report, reportText } from './analysis/finding.ts';
import { indexProblems } from './analysis/index-problems.ts';
import { foreignKeysWithoutIndex, rowsOf, withoutPrimaryKey } from './analysis/key-problems.ts';
import { sequenceProblems } from './analysis/sequence-problems.ts';
import { openSight, type Sight } from './analysis/sight.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose } from './fields.ts';
import { defineTool } from './tool.ts';

/** Tables shown, the largest first; findings are never left out. */
const shownTables = 50;

const table = z.object({ name: z.string(), rows: z.number(), bytes: z.number(), indexes: z.number() });

export const analyzeDatabaseStructure = defineTool({
  name: 'analyze_database_structure',
  title: 'Analyze structure',
  description:
    'Counts schemas, tables and indexes you may see; finds missing primary keys and foreign-key indexes, unused, duplicate and invalid indexes, sequences near their end.',
  input: z.strictObject({ database_id: databaseId, debug: z.boolean().optional(), purpose }),
  output: z.object({ ...report, tables: z.array(table) }),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const server = await readServer(question);
    const sight = await openSight(question);
    const relations = await readRelations(question, sight);
    const indexes = await readIndexes(question, sight);
    const keys = await readForeignKeys(question, sight);
    const sequences = await readSequences(question, sight);
    const content = {
      summary: summaryOf(sight, relations.rows, indexes.rows, sequences.rows.length),
      tables: tablesOf(relations.rows, indexes.rows),
      findings: bySeverity([
        ...indexProblems(indexes.rows, server.facts.counted_for ?? undefined),
        ...sequenceProblems(sequences.rows),
        ...foreignKeysWithoutIndex(keys.rows),
        ...withoutPrimaryKey(relations.rows),
      ]),
      notes: [
        'Only what you may see is counted and judged. Scans are counted since the statistics were last reset.',
        ...([relations, indexes, keys, sequences].some(({ cut }) => cut)
          ? ['The database is too large to be read whole: the objects made last are missing.']
          : []),
        ...(server.facts.in_recovery ? ['This is a replica: it counts its own scans, not those of the primary.'] : []),
        ...(input.debug === true
          ? [`Catalog ${sight.catalog.version.slice(0, 12)}, search_path ${sight.database.searchPath.join(', ')}.`]
          : []),
      ],
    };
    return { content, notice: reportText('Structure', content), receipt: server.receipt };
  },
});

function summaryOf(
  { relations }: Sight,
  facts: readonly RelationFacts[],
  indexes: readonly IndexFacts[],
  sequences: number,
) {
  const views = relations.filter(({ kind }) => kind === 'view' || kind === 'matview').length;
  const sum = (of: (relation: RelationFacts) => number) => facts.reduce((total, relation) => total + of(relation), 0);
  return {
    schemas: new Set(relations.map(({ schema }) => schema)).size,
    tables: facts.filter(({ kind }) => kind !== 'm').length,
    views,
    indexes: indexes.length,
    sequences,
    rows: sum(rowsOf),
    total_bytes: sum(({ total_bytes }) => total_bytes),
  };
}

function tablesOf(relations: readonly RelationFacts[], indexes: readonly IndexFacts[]) {
  return relations
    .toSorted((a, b) => b.total_bytes - a.total_bytes || a.oid - b.oid)
    .slice(0, shownTables)
    .map((relation) => ({
      name: displayName(relation.schema, relation.name),
      rows: rowsOf(relation),
      bytes: relation.total_bytes,
      indexes: indexes.filter((index) => index.schema === relation.schema && index.relation === relation.name).length,
    }));
}
