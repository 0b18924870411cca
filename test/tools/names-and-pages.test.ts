/** Names as people write them, patterns, and pages. */

import { describe, expect, test } from 'vitest';
import { nameMatcher, page } from '../../src/tools/pages.ts';
import { parseRelationName } from '../../src/tools/relation-name.ts';

describe('the name of a relation', () => {
  test.each([
    { text: 'orders', schema: undefined, name: 'orders' },
    { text: ' Public . ORDERS ', schema: 'public', name: 'orders' },
    { text: '"Order ""items"""', schema: undefined, name: 'Order "items"' },
    { text: '"a.b"."c.d"', schema: 'a.b', name: 'c.d' },
    { text: 'sales."Order"', schema: 'sales', name: 'Order' },
    { text: 'Größe', schema: undefined, name: 'größe' },
    { text: 'ÄRGER', schema: undefined, name: 'Ärger' },
    { text: '表$1', schema: undefined, name: '表$1' },
  ])('$text', ({ text, schema, name }) => {
    expect(parseRelationName(text)).toEqual({ schema, name });
  });

  test.each(['', 'a.b.c', '1abc', '"open', '""', 'a b', 'a;b', "a'b", 'a."b', 'select * from t'])(
    '%j is none',
    (text) => {
      expect(parseRelationName(text)).toBeUndefined();
    },
  );
});

describe('patterns', () => {
  test.each([
    { pattern: undefined, fits: ['anything', ''], not: [] },
    { pattern: 'ord*', fits: ['orders', 'ORD', 'ord\nx'], not: ['order_ord'.slice(1)] },
    { pattern: '?at', fits: ['cat'], not: ['at', 'chat'] },
    { pattern: 'a.b(c)[d]', fits: ['a.b(c)[d]'], not: ['axb(c)d'] },
  ])('$pattern', ({ pattern, fits, not }) => {
    const matches = nameMatcher(pattern);
    expect(fits.filter((name) => !matches(name))).toEqual([]);
    expect(not.filter(matches)).toEqual([]);
  });

  test('a pattern made to be slow is not', () => {
    const matches = nameMatcher(`${'*?'.repeat(100)}z`);
    expect(matches('a'.repeat(63))).toBe(false); // a backtracking matcher would not come back
    expect(nameMatcher(`${'a*'.repeat(60)}b`)('a'.repeat(63))).toBe(false);
  });

  test('agrees with a plain reading of the pattern on every short text', () => {
    const words = (letters: string, length: number): string[] =>
      length === 0 ? [''] : words(letters, length - 1).flatMap((word) => [word, ...[...letters].map((l) => word + l)]);
    const plainly = (pattern: string, name: string): boolean => {
      if (pattern === '') return name === '';
      const rest = pattern.slice(1);
      if (pattern[0] === '*') return plainly(rest, name) || (name !== '' && plainly(pattern, name.slice(1)));
      return name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && plainly(rest, name.slice(1));
    };
    const names = [...new Set(words('ab', 4))];
    for (const pattern of new Set(words('ab*?', 4)))
      expect(names.filter(nameMatcher(pattern)), pattern).toEqual(names.filter((name) => plainly(pattern, name)));
  });
});

describe('pages', () => {
  const all = ['d', 'b', 'a', 'c', 'e'];
  const walk = (items: readonly string[], size: number) => {
    const pages: (readonly string[])[] = [];
    let cursor: string | undefined;
    do {
      const next = page(items, (item) => item, size, cursor);
      pages.push(next.items);
      cursor = next.nextCursor;
    } while (cursor !== undefined);
    return pages;
  };

  test('hold everything once, in order, and end without a cursor', () => {
    expect(walk(all, 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(walk(all, 5)).toEqual([['a', 'b', 'c', 'd', 'e']]);
    expect(walk([], 5)).toEqual([[]]);
  });

  test('go on at the right place when the item shown last is gone', () => {
    const { nextCursor } = page(all, (item) => item, 2, undefined);
    expect(page(['a', 'c', 'd'], (item) => item, 2, nextCursor).items).toEqual(['c', 'd']);
  });
});
