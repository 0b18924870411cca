/** The audit desk as the configuration asks for it, what it puts on record at the start, and how far its copy lags. */

import { type AuditDesk, createAuditDesk } from '../audit/desk.ts';
import { diskFiles, type LogFiles } from '../audit/log-files.ts';
import { retentionOf } from '../audit/retention-policy.ts';
import type { Log } from '../cli/log.ts';
import type { Config } from '../config/config.ts';
import { createSecrets } from '../config/secrets.ts';
import type { Gauges } from '../observability/gauges.ts';
import type { CasbinDecisionPoint } from '../policy/casbin-decision-point.ts';

/** Opens the directory and accounts for what a crash left, before the first call. `observed` may look on at the disk. */
export async function openAudit(config: Config, log: Log, observed: (files: LogFiles) => LogFiles): Promise<AuditDesk> {
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
export async function recordStart(config: Config, decisionPoint: CasbinDecisionPoint, audit: AuditDesk): Promise<void> {
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

/** How long the oldest record of this server has waited for its copy elsewhere, where there is to be one. */
export async function shipLag(
  { audit: { directory, ship } }: Config,
  { instance }: AuditDesk,
): Promise<Pick<Gauges, 'shipLag'>> {
  if (ship === undefined) return {};
  const { createShipLagReader, longestWait } = await import('../audit/ship-lag.ts');
  const reader = createShipLagReader(directory, ship.name);
  return { shipLag: async () => longestWait(await reader.read(instance), Date.now()) / 1000 };
}
