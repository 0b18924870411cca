/** The grammar's answers, where the library underneath gives them in a shape of its own. */

import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../src/sql/parser.ts';

describe('fingerprint', () => {
  test('is sixteen hex digits, the same for texts that differ in their constants', async () => {
    const one = await fingerprint("SELECT id FROM orders WHERE customer = 'ann'");
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(await fingerprint("select id from orders where customer = 'ben'")).toBe(one);
  });

  test.each([
    ['a word that is none', 'selec 1'],
    ['an end that comes too soon', 'SELECT ('],
    ['a quoted name left open', 'SELECT "secret'],
    ['a string left open', "SELECT 'secret"],
    ['a comment left open', '/* secret'],
    ['no text', ''],
  ])('throws for %s, and never returns an error message as a hash', async (_, text) => {
    await expect(fingerprint(text)).rejects.toMatchObject({ code: 'STATEMENT_UNPARSABLE' });
  });
});
