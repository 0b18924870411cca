/** What the suite wrote down of a run. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

export async function checksOf(directory: string, scenario: string): Promise<readonly Check[]> {
  const folder = (await readdir(directory)).find((name) => name.startsWith(`server-${scenario}-20`));
  if (folder === undefined) return [];
  return JSON.parse(await readFile(join(directory, folder, 'checks.json'), 'utf8'));
}

/** Messages that do not fit the protocol's schema. */
export async function failedOnTheWire(directory: string): Promise<readonly string[]> {
  const folders = await readdir(directory);
  const checks = await Promise.all(
    folders.map(async (folder): Promise<readonly Check[]> => {
      const text = await readFile(join(directory, folder, 'checks.json'), 'utf8').catch(() => '[]');
      return JSON.parse(text);
    }),
  );
  const wire = checks.flat().filter(({ id }) => id === 'wire-schema-valid');
  if (wire.length === 0) throw new Error('the suite looked at no message');
  return wire.flatMap(({ status, errorMessage }) => (status === 'FAILURE' ? [errorMessage ?? ''] : []));
}
