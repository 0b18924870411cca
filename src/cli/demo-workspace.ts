/** A directory of its own for one run of the demo: configuration, policies, seeds and the audit log; gone afterwards. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ana, demoConfig, embeddedDatabases, omar, peopleSql, policies, shopSql } from './demo-data.ts';

export interface DemoWorkspace {
  readonly directory: string;
  readonly config: string;
  readonly auditDirectory: string;
  /** Person → API key, made for this run and kept nowhere. */
  readonly keys: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

/** `databases`: the lines that say where the two are; embedded ones when absent. */
export async function createDemoWorkspace(listen: string, databases = embeddedDatabases): Promise<DemoWorkspace> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-demo-'));
  const keys = Object.fromEntries(
    [ana, omar].map(({ name }) => [name, `demo-${name}-${randomBytes(9).toString('hex')}`]),
  );
  const digests = Object.entries(keys).map(([name, key]) => [name, createHash('sha256').update(key).digest('hex')]);
  const config = join(directory, 'config.yaml');
  await mkdir(join(directory, 'policies'));
  await Promise.all([
    writeFile(config, demoConfig({ listen, keys: Object.fromEntries(digests), databases })),
    writeFile(join(directory, 'shop.sql'), shopSql),
    writeFile(join(directory, 'people.sql'), peopleSql),
    ...Object.entries(policies).map(([name, text]) => writeFile(join(directory, 'policies', name), text)),
  ]);
  return {
    directory,
    config,
    auditDirectory: join(directory, 'audit', 'log'),
    keys,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
