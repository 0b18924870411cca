/** analyze_query_performance: the plan of a query, where its cost lies, and what would lower it; the query is never run. */

import { z } from 'zod';
import { bySeverity, report, reportText } from './analysis/finding.ts';
import { candidateMethod, indexCandidates } from './analysis/index-candidates.ts';
import { planProblems } from './analysis/plan-problems.ts';
import { planQuery, readSurroundings } from './analysis/planned.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose, sqlText } from './fields.ts';
import { planText } from './plan-text.ts';
import { defineTool } from './tool.ts';

export const analyzeQueryPerformance = defineTool({
  name: 'analyze_query_performance',
  title: 'Analyze a query',
  description: 'Plans a SELECT without running it; shows the plan, its costly nodes and what would help.',
  input: z.strictObject({ query: sqlText, database_id: databaseId, purpose }),
  output: z.object({ ...report, plan: z.string() }),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const { json, plan, receipt } = await planQuery(question, input.query);
    const around = await readSurroundings(question);
    const candidates = plan === undefined ? [] : indexCandidates(plan, around).map(({ finding }) => finding);
    const content = {
      summary: plan === undefined ? {} : { total_cost: plan.cost, rows: plan.rows, nodes: plan.nodes.length },
      findings: plan === undefined ? [] : bySeverity([...candidates, ...planProblems(plan, around)]),
      notes:
        plan === undefined
          ? ['The answer is no JSON plan with costs: send the SELECT alone, without EXPLAIN.']
          : ['Costs are the planner’s estimates; nothing was run, so misestimates do not show.', candidateMethod],
      plan: planText(json),
    };
    return { content, notice: `${content.plan}\n\n${reportText('Query', content)}`, receipt };
  },
});
