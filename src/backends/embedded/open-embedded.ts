/** Opens an embedded database; makes its directory first where there is none, whole or not at all. */

import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { constantSettings, directSession } from '../exchange/pin.ts';
import { readTemplate } from './template.ts';
import type { WorkerOrder } from './worker-messages.ts';

/** As a server's start-up options: what RESET and DISCARD return to, and what the pin finds (standing-pin.ts). */
function startParams({ searchPath }: WorkerOrder): string[] {
  const settings: readonly (readonly [string, string])[] = [
    ['default_transaction_read_only', 'on'],
    [directSession.setting, directSession.value],
    ...constantSettings,
    ['search_path', searchPath],
  ];
  return [...PGlite.defaultStartParams, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** A seed is read as by a server that nobody has told anything. */
const asUsual = `SET default_transaction_read_only = off; SET search_path = "$user", public;
  SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'`;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** A crash while the directory is made leaves the mark beside it: the next start begins anew. */
async function make(order: WorkerOrder, mark: string): Promise<PGlite> {
  const { directory, seed, template } = order;
  const script = seed === undefined ? undefined : await readFile(seed, 'utf8');
  await mkdir(directory, { recursive: true });
  await writeFile(mark, '');
  const database = await PGlite.create({
    dataDir: directory,
    loadDataDir: await readTemplate(template),
    startParams: startParams(order),
  });
  if (script !== undefined) {
    await database.exec(asUsual);
    await database.exec(script);
    await database.exec('DISCARD ALL');
  }
  await rm(mark);
  return database;
}

export async function openEmbedded(order: WorkerOrder): Promise<PGlite> {
  const { directory } = order;
  const mark = `${directory}.unfinished`;
  if (await exists(mark)) await rm(directory, { recursive: true, force: true });
  if (!(await exists(join(directory, 'PG_VERSION')))) return make(order, mark);
  return PGlite.create({ dataDir: directory, startParams: startParams(order) });
}
