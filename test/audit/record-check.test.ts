/** The quick check of a line says yes to what the writer writes, and to nothing else: where it is unsure, the slow way decides. */

import { expect, test } from 'vitest';
import { readRecord } from '../../src/audit/full-check.ts';
import { isPlainRecord } from '../../src/audit/record-check.ts';
import { aCall } from './shapes.ts';
import { freshDirectory, linesOf, openDesk } from './support.ts';

async function linesWith(sql: string): Promise<readonly string[]> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { sql: 'full' });
  await aCall(desk, { sql });
  await desk.close();
  return linesOf(directory);
}

const isQuick = (line: string) => isPlainRecord(JSON.parse(line), line);

test.each([
  ['plain text', 'SELECT 1', true],
  ['quoted names', 'SELECT "id" FROM "public"."orders"', true],
  ['line feeds, tabs and backslashes', "SELECT E'\\\\x'\n\t, 1", true],
  ['text beyond ASCII', "SELECT 'größe \u{1f600} \u2028'", true],
  ['control characters, which are written as \\u', "SELECT '\u0001'", false],
])('%s', async (_name, sql, quick) => {
  for (const line of await linesWith(sql)) {
    if (line.includes('"sql":')) expect(isQuick(line)).toBe(quick);
    expect(readRecord(line)).toEqual(JSON.parse(line));
  }
});

/** Other ways to write the same record: each parses to the same value, and none is the writer's. */
const rewritings: Record<string, (line: string) => string> = {
  'a slash escaped': (line) => line.replace('a/b', 'a\\/b'),
  'a letter escaped': (line) => line.replace('SELECT', '\\u0053ELECT'),
  'digits of an escape in capitals': (line) => line.replace('\\u001f', '\\u001F'),
  'a short escape written long': (line) => line.replace('\\n', '\\u000a'),
  'a space': (line) => line.replace('"call":', '"call": '),
  'a key twice': (line) => line.replace('"call":', '"call":"x","call":'),
  'a number with an exponent': (line) => line.replace('"len":100,', '"len":1e2,'),
  'an escape longer and a number shorter': (line) => line.replace('"len":100,', '"len":1e2,').replace('a/b', 'a\\/b'),
};

test.each(Object.keys(rewritings))('%s is not the writer’s notation', async (name) => {
  const body = 'SELECT \'a/b \u001f\', "x" AS y,\n 1';
  const lines = await linesWith(body.padEnd(100, ' ')); // 100 bytes, so that the length can be written as 1e2
  const line = lines.find((each) => each.includes('"sql":')) ?? '';
  const rewritten = rewritings[name]?.(line) ?? '';
  expect(rewritten).not.toBe(line);
  expect(JSON.parse(rewritten)).toMatchObject({ type: 'intent' });
  expect(isQuick(rewritten)).toBe(false);
  expect(readRecord(rewritten)).toMatch(/not in the form the writer gives it/);
});
