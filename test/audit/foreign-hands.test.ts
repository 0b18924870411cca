/** A log file that someone removes, cuts, replaces or writes while it is used takes no record any more: what it acknowledged would be lost. */

import { appendFileSync, copyFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aCall, aPermit, aResult } from './shapes.ts';
import { freshDirectory, openDesk, segmentsOf } from './support.ts';

const unavailable = { code: 'AUDIT_UNAVAILABLE' };

const deeds: Readonly<Record<string, (path: string, directory: string) => void>> = {
  'the file is removed': (path) => rmSync(path),
  'the directory is removed': (_, directory) => rmSync(directory, { recursive: true }),
  'the directory is moved': (_, directory) => renameSync(directory, `${directory}-moved`),
  'the file is emptied': (path) => truncateSync(path, 0),
  'the file is cut': (path) => truncateSync(path, 400),
  'the file is replaced by a copy': (path) => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
  },
  'a line is written by someone else': (path) => appendFileSync(path, '{}\n'),
};

test.each(Object.entries(deeds))('when %s, the next call is refused, and so is every other', async (_, deed) => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk);
  deed(segmentsOf(directory)[0] ?? '', directory);
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  await desk.close();
});

test('when the file is removed between a call and its outcome, the result is withheld', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const query = await desk.recordIntent(aPermit());
  rmSync(segmentsOf(directory)[0] ?? '');
  await expect(desk.recordOutcome(query, { ok: true, value: aResult })).rejects.toMatchObject(unavailable);
  await desk.close();
});
