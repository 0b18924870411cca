/** The template: one fresh data directory, made once by initdb and kept as a file, so that a new database is there in a second. */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** Runs initdb and keeps the result; several processes may do so at once, each file is whole. */
export async function makeTemplate(file: string): Promise<void> {
  const database = await PGlite.create();
  const dump = await database.dumpDataDir('gzip');
  await database.close();
  const unfinished = `${file}.${process.pid}.${performance.now()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(unfinished, Buffer.from(await dump.arrayBuffer()));
  await rename(unfinished, file);
}

/** The template's bytes; makes the file where it is missing and can be written, else does without. */
export async function readTemplate(file: string): Promise<Blob> {
  const found = await readFile(file).catch(() => undefined);
  if (found !== undefined) return new Blob([found]);
  await makeTemplate(file);
  return new Blob([await readFile(file)]);
}
