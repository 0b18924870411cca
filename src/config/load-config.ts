/** Reads a configuration file, and the files it includes, into one frozen Config; or says everything that is wrong with it. */

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { buildAllowance } from './build-allowance.ts';
import { buildDatabase, buildReference } from './build-database.ts';
import { buildServer } from './build-server.ts';
import type { AuditSettings, Config } from './config.ts';
import { at, crossCheck, type Written, type WrittenDatabase } from './cross-checks.ts';
import { explainIssues } from './explain-issue.ts';
import { ConfigError, type Finding } from './findings.ts';
import { deepFreeze } from './freeze.ts';
import { findIncluded, includeDirectory } from './include.ts';
import { type Environment, isWritable, localUser, stateAuditDirectory } from './locations.ts';
import { shareOfReplica } from './replicas.ts';
import { type ConfigInput, configSchema, includedSchema } from './schema.ts';
import { buildShip } from './ship-schema.ts';
import { findWithoutEffect } from './without-effect.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** Texts that stand for files, by absolute path: a change is read before it is written. */
export type Instead = ReadonlyMap<string, string>;

function readText(file: string, instead: Instead): string {
  try {
    return instead.get(file) ?? readFileSync(file, 'utf8');
  } catch (thrown) {
    const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    const message = missing ? 'there is no such file' : 'the file cannot be read';
    throw new ConfigError([
      { severity: 'error', file, key: 'file', message, hint: 'Name it with --config FILE; pgwarden init writes one.' },
    ]);
  }
}

function parse<S extends z.ZodType>(schema: S, source: YamlFile): z.output<S> {
  const parsed = schema.safeParse(source.value, { jitless: true });
  if (!parsed.success) throw new ConfigError(explainIssues(parsed.error.issues, schema, source));
  return parsed.data;
}

/** Reads one file, adding what is wrong with it to `findings` instead of stopping, so that one run names everything. */
function readIncluded(file: string, instead: Instead, findings: Finding[]) {
  try {
    const source = readYaml(file, readText(file, instead));
    return { source, databases: parse(includedSchema, source).databases };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    findings.push(...thrown.findings);
    return undefined;
  }
}

/** Every database written in `source` or in a file it includes; an id written twice is a finding. */
function gather(input: ConfigInput, source: YamlFile, instead: Instead, findings: Finding[]) {
  const written = new Map<string, WrittenDatabase>();
  const sources = [source];
  for (const [id, database] of Object.entries(input.databases)) written.set(id, { input: database, source });
  const patterns = [input.include ?? []].flat();
  const files = new Set(patterns.flatMap((pattern) => findIncluded(pattern, dirname(source.file), instead)));
  for (const file of files) {
    const included = readIncluded(file, instead, findings);
    if (included === undefined) continue;
    sources.push(included.source);
    for (const [id, database] of Object.entries(included.databases)) {
      const first = written.get(id)?.source.file;
      if (first !== undefined)
        findings.push(at(included.source, ['databases', id], 'error', `is configured in ${first} already`));
      written.set(id, { input: database, source: included.source });
    }
  }
  return { written, sources };
}

function buildAudit(input: ConfigInput['audit'], directory: string, environment: Environment): AuditSettings {
  const beside = join(directory, 'audit', 'log');
  const fallback = isWritable(directory) ? beside : stateAuditDirectory(environment);
  return {
    directory: input.directory === undefined ? fallback : resolve(directory, input.directory),
    sql: input.sql,
    ...(input.hmac_key !== undefined && { hmacKey: buildReference(input.hmac_key, directory) }),
    ...(input.signing_key !== undefined && { signingKey: buildReference(input.signing_key, directory) }),
    hotDays: input.hot_days,
    keepDays: input.keep_days,
    expired: input.expired,
    legalHold: input.legal_hold,
    ...(input.ship !== undefined && { ship: buildShip(input.ship, input.keep_days) }),
    ...(input.require_shipped_within !== undefined && { requireShippedWithin: input.require_shipped_within }),
    networkFilesystem: input.network_filesystem,
  };
}

function buildPolicy(input: ConfigInput, written: Written, directory: string): Config['policy'] {
  const named = [...written].flatMap(
    ([
      id,
      {
        input: { policy },
      },
    ]) => (policy === undefined ? [] : [[id, resolve(directory, policy)] as const]),
  );
  return {
    kind: 'files',
    directory: resolve(directory, input.policy.directory),
    byDatabase: Object.fromEntries(named),
    reload: input.policy.reload,
  };
}

/** Where a change of configuration, policies, keys or certificates would show. */
function watchedDirectories(
  input: ConfigInput,
  sources: readonly YamlFile[],
  policy: Config['policy'],
  { tls }: Config['server'],
): string[] {
  const [main] = sources;
  const include = [input.include ?? []].flat();
  const policies = policy.kind === 'files' ? [policy.directory, ...Object.values(policy.byDatabase).map(dirname)] : [];
  const certificates =
    tls?.kind === 'files' ? [tls.cert, tls.key, tls.clientCa ?? tls.cert].map((file) => dirname(file)) : [];
  return [
    ...new Set([
      ...certificates,
      ...sources.map(({ file }) => dirname(file)),
      ...(main === undefined ? [] : include.map((pattern) => includeDirectory(pattern, dirname(main.file)))),
      ...policies,
    ]),
  ];
}

/**
 * Reads `file`. Opens no connection and reads no secret. Throws ConfigError with every finding.
 * `environment` decides only where state lies when the configuration's directory cannot be written.
 */
export function loadConfig(file: string, environment: Environment = process.env, instead: Instead = new Map()): Config {
  const source = readYaml(resolve(file), readText(resolve(file), instead));
  const directory = dirname(source.file);
  const input = parse(configSchema, source);
  const findings: Finding[] = [];
  const { written, sources } = gather(input, source, instead, findings);
  findings.push(...crossCheck(input, written, source));
  const server = buildServer(input.server, source, sources, findings);
  if (findings.some((finding) => finding.severity === 'error')) throw new ConfigError(findings);

  const share = shareOfReplica({ input, written });
  const { defaults, limits, pools } = share.input;
  const foundation = { directory, defaults, limits, pools };
  const databases = [...share.written].map(([id, database]) => buildDatabase(id, database.input, foundation));
  const policy = buildPolicy(input, written, directory);
  const only = databases.length === 1 ? databases[0]?.id : undefined;
  return deepFreeze<Config>({
    file: source.file,
    sources: sources.map(({ file: path, sha256, text }) => ({ file: path, sha256, text })),
    watched: watchedDirectories(input, sources, policy, server),
    defaultDatabase: input.default_database ?? only,
    databases,
    server,
    stdio: { principal: input.stdio.principal ?? localUser(), roles: input.stdio.roles },
    policy,
    audit: buildAudit(input.audit, directory, environment),
    limits: {
      catalogMemory: limits.catalog_memory,
      perPrincipal: buildAllowance(limits.per_principal),
      perDatabase: buildAllowance(limits.per_database),
    },
    pools: { maxConnectionsTotal: pools.max_connections_total },
    log: input.log,
    ...(input.tracing !== undefined && { tracing: input.tracing }),
    warnings: [...findings, ...findWithoutEffect(input, source)],
  });
}
