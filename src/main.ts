#!/usr/bin/env node
/** The entry and the composition root: the only file that sees every room. Whatever is heavy is imported when it is needed. */

import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AuditLog } from './audit/audit-log.ts';
import type { AuditDesk } from './audit/desk.ts';
import type { LogFiles } from './audit/log-files.ts';
import type { Broker, Watch } from './broker/answer.ts';
import type { AskServer } from './broker/settlement.ts';
import type { FixedName } from './catalog/fixed-statements.ts';
import type { RunFixedStatement } from './catalog/snapshots.ts';
import type { CommandDeps, Parts } from './cli/deps.ts';
import type { Log } from './cli/log.ts';
import { runProgram } from './cli/run-program.ts';
import { createTerminal } from './cli/terminal.ts';
import type { Config } from './config/config.ts';
import type { Databases } from './databases/databases.ts';
import type { FleetParts } from './fleet/fleet.ts';
import type { Database } from './model/database.ts';
import { systemPrincipal } from './model/principal.ts';
import type { CallContext } from './model/request.ts';
import type { Gauges } from './observability/gauges.ts';
import type { CasbinDecisionPoint, PolicySource } from './policy/casbin-decision-point.ts';

const version = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}

const loadConfig: CommandDeps['loadConfig'] = async (file, flags) => {
  const { findConfig } = await import('./config/find-config.ts');
  return findConfig(file, flags);
};

const readAside: CommandDeps['readAside'] = async (file, inForce) => {
  const { readConfigAside } = await import('./config/read-aside.ts');
  return readConfigAside(file, inForce);
};

async function openAudit(config: Config, log: Log, observed: (files: LogFiles) => LogFiles): Promise<AuditDesk> {
  const [{ createAuditDesk }, { diskFiles }, { retentionOf }, { createSecrets }] = await Promise.all([
    import('./audit/desk.ts'),
    import('./audit/log-files.ts'),
    import('./audit/retention-policy.ts'),
    import('./config/secrets.ts'),
  ]);
  const { directory, sql, hmacKey, signingKey, networkFilesystem, ship, requireShippedWithin: within } = config.audit;
  const report = (message: string, cause?: unknown) => log.warn(message, { cause: String(cause ?? '') });
  const { read } = createSecrets();
  const keys = {
    ...(hmacKey === undefined ? {} : { hmacKey: await read(hmacKey) }),
    ...(signingKey === undefined ? {} : { signingKey: await read(signingKey) }),
  };
  const policy = retentionOf(config.audit);
  const retention = policy === undefined ? {} : { retention: policy };
  const required = ship === undefined || within === undefined ? {} : { requireShipped: { target: ship.name, within } };
  const audit = await createAuditDesk({
    directory,
    sql,
    networkFilesystem,
    files: observed(diskFiles),
    report,
    ...keys,
    ...required,
    ...retention,
  });
  await audit.recover();
  return audit;
}

/** Puts on record what decides from now on: configuration, policies and model, each text kept once by its hash. */
async function recordStart(config: Config, decisionPoint: CasbinDecisionPoint, audit: AuditDesk): Promise<void> {
  const texts = config.databases.map(({ id }) => ({ id, ...decisionPoint.texts(id) }));
  const policies = new Map(texts.map(({ id, policy }) => [policy, id]));
  await Promise.all([
    ...config.sources.map(({ file, text }) => audit.recordConfig({ what: 'config', name: file, text, by: 'process' })),
    ...[...policies].map(([text, name]) => audit.recordConfig({ what: 'policy', name, text, by: 'process' })),
    ...texts
      .slice(0, 1)
      .map(({ model }) => audit.recordConfig({ what: 'model', name: 'model.conf', text: model, by: 'process' })),
  ]);
}

/** Old flags without a policy file: the one local caller of the chosen transport is who the built-in policy speaks of. */
function policySource({ policy, server, stdio }: Config): PolicySource {
  if (policy.kind === 'files') return policy;
  const { auth, transport } = server;
  return transport !== 'stdio' && auth.mode === 'none'
    ? { ...policy, principal: auth.principal }
    : { ...policy, principal: stdio.principal };
}

/** The catalog loader reads through the corridor like everyone else: as the system principal, on behalf of a call. */
async function fixedStatements(broker: () => Broker, signal: AbortSignal): Promise<RunFixedStatement & AskServer> {
  const [{ createCallId }, { readRows }, { isLoadingText }] = await Promise.all([
    import('./model/call-id.ts'),
    import('./model/read-rows.ts'),
    import('./catalog/fixed-statements.ts'),
  ]);
  return async (
    database: Database,
    name: FixedName,
    parameters: readonly string[],
    cause: Pick<CallContext, 'id' | 'onWait'>,
  ) => {
    const call = {
      id: createCallId(),
      tool: 'catalog',
      principal: systemPrincipal,
      client: {},
      transport: 'internal',
      cause: cause.id,
      ...(cause.onWait && { onWait: cause.onWait }),
    } as const;
    // stated, so that the Data API need not be asked what PostgreSQL infers
    const type = isLoadingText(name) ? { type: 'oid' } : {};
    const values = parameters.map((value) => ({ value, ...type }));
    const statement = { from: 'fixed', name, parameters: { style: 'positional', values } } as const;
    const answer = await broker().run(
      { call, databaseId: database.id, action: 'select', statement, intent: 'read' },
      signal,
    );
    return readRows(answer.rows);
  };
}

/** The fleet: what is in force, what may be used up, what is running, and what of it an operator sees. */
async function openFleet(
  parts: Omit<FleetParts, 'policySource'> & { readonly audit: AuditDesk; readonly caches: Gauges['caches'] },
) {
  const [{ createFleet }, { createGuardedBackend }, { createHealth }, { createRunningCalls }, { createStatus }] =
    await Promise.all([
      import('./fleet/fleet.ts'),
      import('./fleet/guarded-backend.ts'),
      import('./fleet/health.ts'),
      import('./fleet/running-calls.ts'),
      import('./fleet/status.ts'),
    ]);
  const { config, backends, audit, caches } = parts;
  const fleet = createFleet({ ...parts, policySource });
  const calls = createRunningCalls();
  const health = createHealth();
  const guarded = createGuardedBackend({ ...config.limits, backend: backends, calls, health });
  const lag = await shipLag(config, audit);
  const status = createStatus({ fleet, backends, calls, health, audit: { waiting: audit.waiting, ...lag }, version });
  const gauges: Gauges = {
    connections: backends.budget,
    databases: status.databases,
    runningCalls: () => calls.list().length,
    configurationRefused: () => fleet.state().configuration === 'refused',
    auditWaiting: audit.waiting,
    caches,
    ...lag,
    waitingChanges: () => fleet.state().waiting?.changes.length ?? 0,
  };
  return { fleet, guarded, status, gauges };
}

/** How long the oldest record of this server has waited for its copy elsewhere, where there is to be one. */
async function shipLag(
  { audit: { directory, ship } }: Config,
  { instance }: AuditDesk,
): Promise<Pick<Gauges, 'shipLag'>> {
  if (ship === undefined) return {};
  const { createShipLagReader, longestWait } = await import('./audit/ship-lag.ts');
  const reader = createShipLagReader(directory, ship.name);
  return { shipLag: async () => longestWait(await reader.read(instance), Date.now()) / 1000 };
}

/** The id of the configured database that a request means, or one word for all that are not. */
const nameOf = (databases: Databases) => (id: string | undefined) => {
  const wanted = id ?? databases.defaultId;
  return databases.all().find((database) => database.id === wanted)?.id ?? '_unknown';
};

interface Tracing {
  readonly watch?: Watch;
  readonly ofBroker: (broker: Broker, databases: Databases) => Broker;
  readonly ofListings: (audit: AuditDesk) => AuditDesk;
  readonly close: () => Promise<void>;
}

/** OpenTelemetry is loaded only where a collector is named. */
async function openTracing({ tracing }: Config, log: Log): Promise<Tracing> {
  const same = <T>(part: T): T => part;
  if (tracing === undefined)
    return { ofBroker: same<Broker>, ofListings: same<AuditDesk>, close: async () => undefined };
  const [{ openOtlpTracer }, { createTraces }, { traceBroker, traceListings }] = await Promise.all([
    import('./observability/otlp.ts'),
    import('./observability/traces.ts'),
    import('./observability/observed.ts'),
  ]);
  const report = (message: string) => log.warn(message);
  const { tracer, close } = openOtlpTracer({ url: tracing.otlp, sample: tracing.sample, version, report });
  const traces = createTraces(tracer, (thrown) => log.warn('spans are lost', { cause: String(thrown) }));
  return {
    watch: traces.enter,
    ofBroker: (broker, databases) => traceBroker(broker, traces, nameOf(databases)),
    ofListings: (audit) => traceListings(audit, traces),
    close,
  };
}

/** Nobody counts where nobody can look. */
async function openMetrics({ server }: Config) {
  const same = <T>(part: T): T => part;
  if (server.adminListen === undefined) {
    const nothing = { forOperators: undefined, watch: async () => undefined };
    return {
      ...nothing,
      ofBroker: same<Broker>,
      ofListings: same<AuditDesk>,
      ofAudit: same<AuditLog>,
      ofFiles: same<LogFiles>,
    };
  }
  const [{ createMetrics }, { observeAudit, observeBroker, observeFiles, observeListings }] = await Promise.all([
    import('./observability/metrics.ts'),
    import('./observability/observed.ts'),
  ]);
  const metrics = await createMetrics();
  return {
    forOperators: { text: metrics.text, watchSessions: metrics.watchSessions },
    watch: metrics.watch,
    ofFiles: (files: LogFiles) => observeFiles(files, metrics),
    ofAudit: (audit: AuditLog) => observeAudit(audit, metrics),
    ofListings: (audit: AuditDesk) => observeListings(audit, metrics),
    ofBroker: (broker: Broker, databases: Databases) => observeBroker(broker, metrics, nameOf(databases)),
  };
}

/** Configuration → databases, policy, audit desk, backends → broker → tools; the commands add the transport. */
const compose: CommandDeps['compose'] = async (config, log): Promise<Parts> => {
  const [
    policy,
    { createDatabases },
    { createBackends },
    { createCatalogs },
    { createBroker },
    { createSettlement },
    { createToolbox },
    { bytesOfReadings },
    { bytesOfAccesses },
  ] = await Promise.all([
    import('./policy/casbin-decision-point.ts'),
    import('./databases/registry.ts'),
    import('./backends/backends.ts'),
    import('./catalog/snapshots.ts'),
    import('./broker/broker.ts'),
    import('./broker/settlement.ts'),
    import('./tools/toolbox.ts'),
    import('./sql/parse-statement.ts'),
    import('./sql/references/access-cache.ts'),
    import('./fleet/fleet.ts'),
  ]);
  const { createSecrets } = await import('./config/secrets.ts');
  const { isNativeDriverForced } = await import('./config/environment.ts');
  const { proxyFor } = await import('./config/proxy.ts');
  const decisionPoint = await policy.createCasbinDecisionPoint({
    source: policySource(config),
    databases: config.databases,
  });
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
  const run = await fixedStatements(() => broker, closing.signal);
  const catalogs = createCatalogs({ run, memory: config.limits.catalogMemory });
  const report = (message: string) => log.info(message);
  const settlement = createSettlement({ audit, databases, run, report });
  const { fleet, guarded, status, gauges } = await openFleet({
    config,
    databases,
    decisionPoint,
    backends,
    catalogs,
    audit,
    caches: () => ({ readings: bytesOfReadings(), references: bytesOfAccesses(), catalogs: catalogs.bytes() }),
  });
  await metrics.watch(gauges);
  const { watch, ...tracing } = await openTracing(config, log);
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
  const onFault = (error: Error & { cause?: unknown }, call: { id: string }) =>
    log.error('internal fault', {
      call: call.id,
      stack: error.cause instanceof Error ? error.cause.stack : String(error.cause),
    });
  const toolbox = createToolbox({ parts, onFault });
  settlement.start();
  return {
    ...parts,
    fleet,
    status,
    metrics: metrics.forOperators,
    toolbox,
    warmUp: async () => {
      const { parseTree } = await import('./sql/parser.ts');
      await parseTree('SELECT 1').catch(() => undefined);
    },
    async close() {
      closing.abort();
      const traced = tracing.close(); // every call has ended; a collector that is slow holds up nothing that comes now
      await settlement.close();
      await backends.close();
      await audit.close();
      await traced;
    },
  };
};

const discoverClusters: CommandDeps['discoverClusters'] = async (question) => {
  const { awsFailure } = await import('./backends/aws/aws-failure.ts');
  try {
    const { describeClusters } = await import('./backends/aws/describe-clusters.ts');
    const { proxyFor } = await import('./config/proxy.ts');
    return await describeClusters(question, proxyFor);
  } catch (thrown) {
    throw awsFailure(thrown, 'AWS did not list the clusters.');
  }
};

const examineReach: CommandDeps['examineReach'] = async (connection) => {
  const [reach, { proxyFor }] = await Promise.all([import('./backends/examine-reach.ts'), import('./config/proxy.ts')]);
  return reach.examineReach(connection, proxyFor);
};

const emulateAws: CommandDeps['emulateAws'] = async (clusters) => {
  const [{ startClusters }, { readTemplate }, { templateFile }] = await Promise.all([
    import('./emulator/demonstration.ts'),
    import('./backends/embedded/template.ts'),
    import('./backends/embedded/files.ts'),
  ]);
  return startClusters(clusters, await readTemplate(templateFile()));
};

const openShipTarget: CommandDeps['openShipTarget'] = async (ship, series) => {
  const [{ createS3Target }, { clientSettings }, { proxyFor }] = await Promise.all([
    import('./shipping/s3-target.ts'),
    import('./backends/aws/client-settings.ts'),
    import('./config/proxy.ts'),
  ]);
  const client = await clientSettings('s3', ship.aws, { sockets: 8, proxyFor });
  return createS3Target({ ...ship, pathStyle: ship.aws.endpoint !== undefined, client }, series);
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // the reader of a pipe has had enough
});
process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  terminal: createTerminal(process.stdout, process.stderr),
  loadConfig,
  readAside,
  compose,
  discoverClusters,
  examineReach,
  emulateAws,
  openShipTarget,
});
