/** recommend_indexes: indexes a query, or the use of the whole database, would gain by, each with its reason. */

import { z } from 'zod';
import { type RelationFacts, readExtensions, readForeignKeys } from './analysis/facts.ts';
import { bySeverity, displayName, type Finding, report, reportText } from './analysis/finding.ts';
import { candidateMethod, indexCandidates, type Surroundings } from './analysis/index-candidates.ts';
import { foreignKeysWithoutIndex, rowsOf } from './analysis/key-problems.ts';
import { planQuery, readSurroundings } from './analysis/planned.ts';
import type { Question } from './analysis/read.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose, sqlText } from './fields.ts';
import { defineTool } from './tool.ts';

/** A table is read whole too often when its scans are many, long, and not outnumbered by index scans. */
const often = { scans: 20, rowsPerScan: 5000 } as const;

export const recommendIndexes = defineTool({
  name: 'recommend_indexes',
  title: 'Recommend indexes',
  description: 'Recommends indexes for one query, or without one for foreign keys and tables read whole too often.',
  input: z.strictObject({ query: sqlText.optional(), database_id: databaseId, purpose }),
  output: z.object(report),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const advised =
      input.query === undefined ? await forTheDatabase(question) : await forOneQuery(question, input.query);
    const { byName, receipt } = await readExtensions(question);
    const hypopg = byName.get('hypopg')?.version ?? undefined;
    const content = {
      summary: { method: 'statistics', hypopg: hypopg ?? 'not installed', candidates: advised.findings.length },
      findings: bySeverity(advised.findings),
      notes: [...advised.notes, howToProve(hypopg !== undefined)],
    };
    return { content, notice: reportText('Indexes', content), receipt: advised.receipt ?? receipt };
  },
});

async function forOneQuery(question: Question, query: string) {
  const { plan, receipt } = await planQuery(question, query);
  const around = await readSurroundings(question);
  return {
    findings: plan === undefined ? [] : indexCandidates(plan, around),
    notes: [plan === undefined ? 'The answer is no JSON plan with costs: send the SELECT alone.' : candidateMethod],
    receipt,
  };
}

async function forTheDatabase(question: Question) {
  const around = await readSurroundings(question);
  const keys = await readForeignKeys(question, around.sight);
  return {
    findings: [...foreignKeysWithoutIndex(keys.rows), ...readWhole(around)],
    notes: [
      'Without a query only keys and counters are judged: send a slow query (identify_slow_queries) for columns and costs.',
    ],
    receipt: undefined,
  };
}

function readWhole({ relations }: Surroundings): Finding[] {
  return relations
    .filter(({ kind }) => kind !== 'p')
    .filter(
      ({ seq_scans, seq_rows, index_scans }) =>
        seq_scans >= often.scans && seq_rows / seq_scans >= often.rowsPerScan && index_scans < seq_scans * 10,
    )
    .map(tooOften);
}

function tooOften(relation: RelationFacts): Finding {
  const { schema, name, seq_scans, seq_rows, index_scans, table_bytes } = relation;
  return {
    object: displayName(schema, name),
    problem: 'read whole too often',
    severity: 'warning',
    evidence: {
      sequential_scans: seq_scans,
      rows_per_scan: Math.round(seq_rows / seq_scans),
      index_scans,
      rows: rowsOf(relation),
      table_bytes,
    },
    advice:
      'Most searches of this table read all of it. The counters do not tell by which columns: give the queries over it to this tool.',
  };
}

const howToProve = (installed: boolean): string =>
  installed
    ? "HypoPG is installed, but a hypothetical index lives in one session and calls here share sessions. Prove a candidate in a session of your own: SELECT * FROM hypopg_create_index('CREATE INDEX …'); EXPLAIN …;"
    : 'Not proven: HypoPG, which lets the planner cost an index that does not exist, is not installed.';
