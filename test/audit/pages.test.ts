/** The pages of one result are calls of their own: each says which page it is, and of which call. */

import { expect, test } from 'vitest';
import { runAudit } from '../cli/audit.ts';
import { aCall, aRequest } from './shapes.ts';
import { freshDirectory, openDesk, recordsOf } from './support.ts';

test('a later page names its number and the first call, and is shown, found and verified with it', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const of = aRequest().call.id;
  await aCall(desk);
  await aCall(desk, { call: of, page: { of, number: 1 } });
  await aCall(desk, { page: { of, number: 2 } });
  await desk.close();

  const intents = recordsOf(directory).filter((record) => record.type === 'intent');
  expect(intents.map(({ page, cause }) => [page, cause])).toEqual([
    [undefined, undefined],
    [1, undefined],
    [2, of],
  ]);
  expect(await runAudit('verify', '--full', '--directory', directory)).toMatchObject({ code: 0 });
  const text = (await runAudit('show', of, '--directory', directory)).lines.join('\n');
  expect(text).toMatch(/^Matched 2 calls/);
  expect(text).toMatch(/^ {2}page +1, the first of its result$/m);
  expect(text).toMatch(new RegExp(`^ {2}page +2 of the result of call ${of}$`, 'm'));
});
