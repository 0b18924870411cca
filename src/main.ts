#!/usr/bin/env node
/** The entry and the composition root: the only file that sees every room. Whatever is heavy is imported when it is needed. */

import { readFileSync } from 'node:fs';
import type { AuditDesk } from './audit/desk.ts';
import type { Broker } from './broker/broker.ts';
import type { RunFixedStatement } from './catalog/snapshots.ts';
import type { CommandDeps, Parts } from './cli/deps.ts';
import type { Log } from './cli/log.ts';
import { runProgram } from './cli/run-program.ts';
import type { Config } from './config/config.ts';
import { systemPrincipal } from './model/principal.ts';
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

const readAside: CommandDeps['readAside'] = async (file) => {
  const { readConfigAside } = await import('./config/read-aside.ts');
  return readConfigAside(file);
};

async function openAudit(config: Config, log: Log): Promise<AuditDesk> {
  const [{ createAuditDesk }, { createSecrets }] = await Promise.all([
    import('./audit/desk.ts'),
    import('./config/secrets.ts'),
  ]);
  const { directory, sql, hmacKey, signingKey, networkFilesystem } = config.audit;
  const report = (message: string, cause?: unknown) => log.warn(message, { cause: String(cause ?? '') });
  const { read } = createSecrets();
  const keys = {
    ...(hmacKey === undefined ? {} : { hmacKey: await read(hmacKey) }),
    ...(signingKey === undefined ? {} : { signingKey: await read(signingKey) }),
  };
  const audit = await createAuditDesk({ directory, sql, networkFilesystem, report, ...keys });
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
async function fixedStatements(broker: () => Broker, signal: AbortSignal): Promise<RunFixedStatement> {
  const { createCallId } = await import('./transport/call-id.ts');
  return async (database, name, parameters, cause) => {
    const call = {
      id: createCallId(),
      tool: 'catalog',
      principal: systemPrincipal,
      client: {},
      transport: 'internal',
      cause: cause.id,
    } as const;
    const values = parameters.map((value) => ({ value }));
    const statement = { from: 'fixed', name, parameters: { style: 'positional', values } } as const;
    const answer = await broker().run(
      { call, databaseId: database.id, action: 'select', statement, intent: 'read' },
      signal,
    );
    return answer.rows;
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
    { createToolbox },
    fleets,
  ] = await Promise.all([
    import('./policy/casbin-decision-point.ts'),
    import('./databases/registry.ts'),
    import('./backends/backends.ts'),
    import('./catalog/snapshots.ts'),
    import('./broker/broker.ts'),
    import('./tools/toolbox.ts'),
    import('./fleet/fleet.ts'),
  ]);
  const { createRunningCalls } = await import('./fleet/running-calls.ts');
  const { createGuardedBackend } = await import('./fleet/guarded-backend.ts');
  const { createSecrets } = await import('./config/secrets.ts');
  const { isNativeDriverForced } = await import('./config/environment.ts');
  const decisionPoint = await policy.createCasbinDecisionPoint({
    source: policySource(config),
    databases: config.databases,
  });
  const databases = createDatabases(config.databases, config.defaultDatabase, decisionPoint.mayUse);
  const audit = await openAudit(config, log);
  await recordStart(config, decisionPoint, audit);
  const closing = new AbortController();
  const backends = createBackends({
    readSecret: createSecrets().read,
    nativeDriverForced: isNativeDriverForced(),
    maxConnectionsTotal: config.pools.maxConnectionsTotal,
  });
  const run = await fixedStatements(() => broker, closing.signal);
  const catalogs = createCatalogs({ run, memory: config.limits.catalogMemory });
  const fleet = fleets.createFleet({ config, databases, decisionPoint, backends, catalogs, audit, policySource });
  const calls = createRunningCalls();
  const guarded = createGuardedBackend({ ...config.limits, backend: backends, calls });
  const broker: Broker = createBroker({ databases, catalogs, decisionPoint, audit, backends: guarded });
  const parts = { broker, databases, decisionPoint, catalogs, audit };
  const onFault = (error: Error & { cause?: unknown }, call: { id: string }) =>
    log.error('internal fault', {
      call: call.id,
      stack: error.cause instanceof Error ? error.cause.stack : String(error.cause),
    });
  const toolbox = createToolbox({ parts, onFault });
  return {
    ...parts,
    fleet,
    toolbox,
    warmUp: async () => {
      const { parseTree } = await import('./sql/parser.ts');
      await parseTree('SELECT 1').catch(() => undefined);
    },
    async close() {
      closing.abort();
      await backends.close();
      await audit.close();
    },
  };
};

const discoverClusters: CommandDeps['discoverClusters'] = async (question) => {
  const { awsFailure } = await import('./backends/aws/aws-failure.ts');
  try {
    const { describeClusters } = await import('./backends/aws/describe-clusters.ts');
    return await describeClusters(question);
  } catch (thrown) {
    throw awsFailure(thrown, 'AWS did not list the clusters.');
  }
};

const terminal = {
  out: (text: string) => void process.stdout.write(`${text}\n`),
  err: (text: string) => void process.stderr.write(`${text}\n`),
  interactive: process.stdout.isTTY === true,
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // the reader of a pipe has had enough
});
process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  terminal,
  loadConfig,
  readAside,
  compose,
  discoverClusters,
});
