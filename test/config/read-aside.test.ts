/** Reading the configuration aside: what did not change comes back as what is in force, what did as it is now. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { readConfigAside } from '../../src/config/read-aside.ts';
import { directoryOf } from './written-config.ts';

const one = (id: string, more = '') => `  ${id}:\n    type: embedded\n${more}`;
const head = 'include: more/*.yaml\ndatabases:\n';

function written() {
  const directory = directoryOf({
    'config.yaml': `${head}${one('same')}${one('other')}`,
    'more/a.yaml': `databases:\n${one('far')}`,
  });
  const file = join(directory, 'config.yaml');
  return { file, write: (text: string) => writeFileSync(file, text), inForce: loadConfig(file, {}) };
}

test('a database that is configured as before is the object in force; one that is not, and a new one, are read', async () => {
  const { file, write, inForce } = written();
  write(`${head}${one('new')}${one('other', '    readonly: false\n')}${one('same')}`);
  const { databases, sources } = await readConfigAside(file, inForce.databases);
  expect(databases.map(({ id }) => id)).toEqual(['new', 'other', 'same', 'far']);
  const [same, other, far] = inForce.databases;
  expect([databases[2] === same, databases[3] === far, databases[1] === other]).toEqual([true, true, false]);
  expect(databases[1]).toEqual({ ...other, readonly: false });
  expect(Object.isFrozen(databases[1]?.limits)).toBe(true);
  expect(sources[0]?.text).toContain('new');
});

test('what is said for all databases changes each of them', async () => {
  const { file, write, inForce } = written();
  write(`defaults: { readonly: false }\n${head}${one('same')}${one('other')}`);
  const { databases } = await readConfigAside(file, inForce.databases);
  expect(databases.map(({ readonly }) => readonly)).toEqual([false, false, false]);
  expect(databases).toEqual(loadConfig(file, {}).databases);
});

test('what is wrong is told with file, line and key', async () => {
  const { file, write, inForce } = written();
  write(`${head}${one('same', '    hostnam: x\n')}`);
  await expect(readConfigAside(file, inForce.databases)).rejects.toMatchObject({
    findings: [{ severity: 'error', file, line: 5, key: expect.stringContaining('hostnam') }],
  });
});
