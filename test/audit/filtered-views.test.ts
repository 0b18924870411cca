/** Views that filter hide nothing: what they show adds up to the whole, whatever names callers have, and damage is said first. */

import { appendFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/model/errors.ts';
import { runAudit } from '../cli/audit.ts';
import { aCall, aDatabase, aRequest } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, segmentsOf } from './support.ts';

/** Names that a serialiser may write in more than one way, or that look like other parts of a line. */
const names = [
  'alice',
  'alice"',
  'al\\ice',
  'ålice',
  'alice\u2028bob',
  'alice\u007f',
  '𝒶lice',
  '</script>',
  '"type":"outcome"',
  ',"type":"intent",',
  'x'.repeat(200),
];

async function aLog(): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (const principal of names) {
    await aCall(desk, { principal });
    await desk.recordRefusal(aRequest({ principal }), new Refusal('POLICY_DENIED', 'x'), { database: aDatabase() });
  }
  await desk.close();
  return directory;
}

async function matched(directory: string, ...filter: string[]) {
  const { lines, code } = await runAudit('query', '--json', '--directory', directory, 'orders', ...filter);
  const answer: { matched: number; verified: { records: number; intact: boolean } } = JSON.parse(lines.join('\n'));
  return { ...answer, code };
}

test('each principal is found under its own name, and all of them are all calls', async () => {
  const directory = await aLog();
  const all = await matched(directory);
  expect(all.matched).toBe(names.length * 2);
  const each: number[] = [];
  for (const name of names) each.push((await matched(directory, `--principal=${name}`)).matched);
  expect(each).toEqual(names.map(() => 2));
});

test.each([
  ['--decision', ['allow', 'deny']],
  ['--status', ['ok', 'denied']],
  ['--kind', ['human', 'service', 'agent', 'system']],
] as const)('the answers to %s add up to all calls', async (option, values) => {
  const directory = await aLog();
  let sum = 0;
  for (const value of values) sum += (await matched(directory, option, value)).matched;
  expect(sum).toBe((await matched(directory)).matched);
});

test('every view says how much it verified, whatever it shows, and says damage before anything', async () => {
  const directory = await aLog();
  const records = linesOf(directory).length;
  expect(await matched(directory, '--principal', 'nobody')).toMatchObject({ matched: 0, verified: { records } });
  const [file = ''] = segmentsOf(directory);
  writeFileSync(file, `${linesOf(directory).toSpliced(4, 1).join('\n')}\n`);
  expect(await matched(directory, '--principal', 'nobody')).toMatchObject({
    code: 3,
    matched: 0,
    verified: { intact: false, records: 4 },
  });
  const text = await runAudit('query', '--directory', directory, '--principal', 'alice');
  expect(text.lines[0]).toContain('DAMAGED');
});

test('a line put at the end that calls itself the first hides none of the calls before it', async () => {
  const directory = await aLog();
  const [file = ''] = segmentsOf(directory);
  appendFileSync(file, `${linesOf(directory)[0]}\n`);
  expect(await matched(directory)).toMatchObject({ code: 3, matched: names.length * 2, verified: { intact: false } });
});
