/** The example dashboard asks for nothing that the server does not answer. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/observability/metrics.ts';

test('every metric the dashboard names is one of /metrics, and every metric of ours about calls and databases is shown', async () => {
  const metrics = await createMetrics();
  metrics.watchSessions(() => ({ sse: 1 }));
  await metrics.watch({
    connections: () => ({ total: 1, used: 0, waiting: 0 }),
    databases: () => [{ id: 'a', state: 'up', connections: { active: 1, idle: 0, waiting: 1 } }],
    runningCalls: () => 0,
    heldResults: () => new Map([['a', 1]]),
    configurationRefused: () => false,
    auditWaiting: () => 0,
    caches: () => ({ readings: 0, references: 0, catalogs: 0 }),
    shipLag: async () => 0,
    waitingChanges: () => 0,
  });
  const exposed = new Set(
    [...(await metrics.text()).matchAll(/^# TYPE (pgwarden_\w+)/gm)].map(([, name]) => name ?? ''),
  );
  const text = await readFile(resolve(import.meta.dirname, '../../deploy/grafana/pgwarden.json'), 'utf8');
  const { panels } = JSON.parse(text);
  const named = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.flatMap(({ expr }) =>
      [...expr.matchAll(/pgwarden_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, '')),
    ),
  );
  expect(new Set(named)).toEqual(exposed);
});
