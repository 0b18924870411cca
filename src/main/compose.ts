/** Configuration → databases, policy, audit desk, backends → broker → tools; the commands add the transport. */

import { setMaxListeners } from 'node:events';
import { createBackends } from '../backends/backends.ts';
import type { Broker } from '../broker/answer.ts';
import { createBroker } from '../broker/broker.ts';
import { createSettlement } from '../broker/settlement.ts';
import { createCatalogs } from '../catalog/snapshots.ts';
import type { Parts } from '../cli/deps.ts';
import type { Log } from '../cli/log.ts';
import type { Config } from '../config/config.ts';
import { isNativeDriverForced } from '../config/environment.ts';
import { proxyFor } from '../config/proxy.ts';
import { createSecrets } from '../config/secrets.ts';
import { createDatabases } from '../databases/registry.ts';
import { createCasbinDecisionPoint } from '../policy/casbin-decision-point.ts';
import { bytesOfReadings } from '../sql/parse-statement.ts';
import { bytesOfAccesses } from '../sql/references/access-cache.ts';
import { createToolbox } from '../tools/toolbox.ts';
import { openAudit, recordStart } from './audit.ts';
import { fixedStatements } from './fixed-statements.ts';
import { openFleet, policySource } from './fleet.ts';
import { openMetrics, openTracing } from './observers.ts';

/** Builds every part without listening. What is in force is on record when this resolves. */
export async function compose(config: Config, log: Log, version: string): Promise<Parts> {
  const decisionPoint = await createCasbinDecisionPoint({ source: policySource(config), databases: config.databases });
  const databases = createDatabases(config.databases, config.defaultDatabase, decisionPoint.mayUse);
  const metrics = await openMetrics(config);
  const audit = await openAudit(config, log, metrics.ofFiles);
  await recordStart(config, decisionPoint, audit);
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every loading catalog holds it; Node.js warns above ten
  const backends = createBackends({
    readSecret: createSecrets().read,
    nativeDriverForced: isNativeDriverForced(),
    proxyFor,
    maxConnectionsTotal: config.pools.maxConnectionsTotal,
  });
  const run = fixedStatements(() => broker, closing.signal);
  const catalogs = createCatalogs({ run, memory: config.limits.catalogMemory });
  const settlement = createSettlement({ audit, databases, run, report: (message) => log.info(message) });
  const { fleet, guarded, status, gauges } = await openFleet({
    config,
    databases,
    decisionPoint,
    backends,
    catalogs,
    audit,
    caches: () => ({ readings: bytesOfReadings(), references: bytesOfAccesses(), catalogs: catalogs.bytes() }),
    version,
  });
  await metrics.watch(gauges);
  const { watch, ...tracing } = await openTracing(config, log, version);
  const corridor = createBroker({
    databases,
    catalogs,
    decisionPoint,
    audit: metrics.ofAudit(audit),
    backends: guarded,
    ...(watch && { watch }),
  });
  const broker: Broker = metrics.ofBroker(tracing.ofBroker(corridor, databases), databases);
  const listings = metrics.ofListings(tracing.ofListings(audit));
  const parts = { broker, databases, decisionPoint, catalogs, audit: listings };
  const toolbox = createToolbox({
    parts,
    onFault: ({ cause }, { id }) =>
      log.error('internal fault', { call: id, stack: cause instanceof Error ? cause.stack : String(cause) }),
  });
  settlement.start();
  return {
    ...parts,
    fleet,
    status,
    metrics: metrics.forOperators,
    toolbox,
    warmUp,
    async close() {
      closing.abort();
      const traced = tracing.close(); // every call has ended; a collector that is slow holds up nothing that comes now
      await settlement.close();
      await backends.close();
      await audit.close();
      await traced;
    },
  };
}

/** The grammar is loaded before the first query needs it. */
async function warmUp(): Promise<void> {
  const { parseTree } = await import('../sql/parser.ts');
  await parseTree('SELECT 1').catch(() => undefined);
}
