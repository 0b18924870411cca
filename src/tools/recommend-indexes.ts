/** recommend_indexes: indexes a query, or the use of the whole database, would gain by, each with its reason. */

import { z } from 'zod';
import type { Receipt } from '../model/result.ts';
import { type RelationFacts, readExtensions, readForeignKeys } from './analysis/facts.ts';
import { bySeverity, displayName, type Finding, report, reportText } from './analysis/finding.ts';
import { candidateMethod, indexCandidates, type Surroundings } from './analysis/index-candidates.ts';
import { type HypoPG, proofMethod, proveCandidates, whyUnproven } from './analysis/index-proof.ts';
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
  description:
    'Recommends indexes for one query, proven with HypoPG where that is installed; without one for foreign keys and tables read whole too often.',
  input: z.strictObject({ query: sqlText.optional(), database_id: databaseId, purpose }),
  output: z.object(report),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const advised =
      input.query === undefined ? await forTheDatabase(question) : await forOneQuery(question, input.query);
    const content = {
      summary: {
        method: advised.tried === undefined ? 'statistics' : 'hypothetical indexes',
        hypopg: advised.hypopg?.version ?? 'not installed',
        candidates: advised.findings.length,
        ...advised.tried,
      },
      findings: bySeverity(advised.findings),
      notes: advised.notes,
    };
    return { content, notice: reportText('Indexes', content), receipt: advised.receipt };
  },
});

interface Advised {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly receipt: Receipt;
  readonly hypopg: HypoPG | undefined;
  /** What the proof came to; absent where none was tried. */
  readonly tried?: { readonly proven: number; readonly refuted: number };
}

async function forOneQuery(question: Question, query: string): Promise<Advised> {
  const { plan, receipt } = await planQuery(question, query);
  const around = await readSurroundings(question);
  const hypopg = await readHypoPG(question);
  const known = { receipt, hypopg };
  if (plan === undefined)
    return { ...known, findings: [], notes: ['The answer is no JSON plan with costs: send the SELECT alone.'] };
  const candidates = indexCandidates(plan, around);
  const unproven = whyUnproven(hypopg, around.sight);
  if (unproven !== undefined || candidates.length === 0) {
    const notes = unproven === undefined ? [candidateMethod] : [candidateMethod, unproven];
    return { ...known, findings: candidates.map(({ finding }) => finding), notes };
  }
  const { findings, proven, refuted, notes } = await proveCandidates(question, query, plan, candidates);
  if (proven + refuted === 0) return { ...known, findings, notes: [candidateMethod, ...notes] };
  return { ...known, findings, notes: [proofMethod, ...notes], tried: { proven, refuted } };
}

const readHypoPG = async (question: Question) => (await readExtensions(question)).byName.get('hypopg');

async function forTheDatabase(question: Question): Promise<Advised> {
  const around = await readSurroundings(question);
  const keys = await readForeignKeys(question, around.sight);
  return {
    findings: [...foreignKeysWithoutIndex(keys.rows), ...readWhole(around)],
    notes: [
      'Without a query only keys and counters are judged: send a slow query (identify_slow_queries) for columns and costs.',
    ],
    receipt: keys.receipt,
    hypopg: await readHypoPG(question),
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
