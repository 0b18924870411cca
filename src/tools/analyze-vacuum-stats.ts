/** analyze_vacuum_stats: whether autovacuum keeps up, whether statistics are fresh, and how far wraparound is. */

import { z } from 'zod';
import { readRelations, readServer, type ServerFacts } from './analysis/facts.ts';
import { bySeverity, type Finding, report, reportText } from './analysis/finding.ts';
import { readHorizon } from './analysis/horizon.ts';
import { openSight } from './analysis/sight.ts';
import { databaseAge, distance, vacuumProblems } from './analysis/vacuum-problems.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose } from './fields.ts';
import { defineTool } from './tool.ts';

export const analyzeVacuumStats = defineTool({
  name: 'analyze_vacuum_stats',
  title: 'Analyze vacuum',
  description: 'Finds tables autovacuum has not kept up with, stale statistics, and the distance from wraparound.',
  input: z.strictObject({ database_id: databaseId, purpose }),
  output: z.object(report),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const { facts: server, receipt } = await readServer(question);
    const sight = await openSight(question);
    const { rows: relations } = await readRelations(question, sight);
    const horizon = await readHorizon(question, sight);
    const content = {
      summary: {
        tables: relations.filter(({ kind }) => kind !== 'p').length,
        dead_rows: relations.reduce((sum, { dead_rows }) => sum + dead_rows, 0),
        autovacuum: server.autovacuum,
        ...distance(server.xid_age),
        mxid_age: server.mxid_age,
      },
      findings: bySeverity([
        ...serverProblems(server),
        ...databaseAge(server, relations),
        ...(horizon ?? []),
        ...relations.flatMap((relation) => vacuumProblems(relation, server)),
      ]),
      notes: [
        'Autovacuum starts at threshold + scale factor × rows, read from the settings and the options of each table.',
        ...(horizon === undefined
          ? ['What holds VACUUM back (long transactions, slots) is not shown: the policy opens it with @statistics.']
          : []),
        ...(server.in_recovery ? ['This is a replica: VACUUM runs on its primary.'] : []),
      ],
    };
    return { content, notice: reportText('Vacuum', content), receipt };
  },
});

function serverProblems({
  autovacuum,
  track_counts,
  mxid_age,
  autovacuum_multixact_freeze_max_age,
}: ServerFacts): Finding[] {
  const off = (setting: string, advice: string): Finding => ({
    object: setting,
    problem: 'autovacuum switched off',
    severity: 'critical',
    evidence: { setting: 'off' },
    advice,
    sql: `ALTER SYSTEM SET ${setting} = on;\nSELECT pg_reload_conf();`,
  });
  return [
    ...(autovacuum === 'off'
      ? [off('autovacuum', 'Nothing removes dead rows and refreshes statistics in this whole cluster. Switch it on.')]
      : []),
    ...(track_counts === 'off'
      ? [off('track_counts', 'Autovacuum works by these counts, and this analysis too. Switch them on.')]
      : []),
    ...(mxid_age > autovacuum_multixact_freeze_max_age
      ? [
          {
            object: 'database',
            problem: 'multixact wraparound',
            severity: 'warning' as const,
            evidence: { mxid_age, freeze_max_age: autovacuum_multixact_freeze_max_age },
            advice: 'Row locks of many transactions have grown old. Let VACUUM freeze the tables they are in.',
            sql: 'VACUUM (FREEZE);',
          },
        ]
      : []),
  ];
}
