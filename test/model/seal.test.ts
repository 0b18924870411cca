import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createSeal, type Sealed } from '../../src/model/seal.ts';

const seal = createSeal<'Secret', { readonly sql: string }>('Secret');

describe('a token', () => {
  test('gives its contents back to the seal that made it, frozen', () => {
    const contents = seal.open(seal.seal({ sql: 'select 1' }));
    expect(contents).toEqual({ sql: 'select 1' });
    expect(Object.isFrozen(contents)).toBe(true);
  });

  test('prints, spreads and serialises as nothing', () => {
    const token = seal.seal({ sql: 'select 1' });
    expect([inspect(token), JSON.stringify(token), { ...token }, Reflect.ownKeys(token)]).toEqual([
      '[Object: null prototype] {}',
      '{}',
      {},
      [],
    ]);
  });

  const forgeries: Record<string, (token: Sealed<'Secret'>) => unknown> = {
    'a copy': (token) => ({ ...token }),
    'a clone': (token) => structuredClone(token),
    'a proxy': (token) => new Proxy(token, {}),
    'an heir': (token) => Object.create(token),
    'an empty object': () => ({}),
    'a token of another seal of the same name': () =>
      createSeal<'Secret', { sql: string }>('Secret').seal({ sql: 'select 1' }),
  };
  test.each(Object.keys(forgeries))('%s is not a token', (name) => {
    const forged = forgeries[name]?.(seal.seal({ sql: 'select 1' }));
    expect(() => Reflect.apply(seal.open, undefined, [forged])).toThrow(TypeError);
  });

  test('has no constructor that could make another', () => {
    expect(Reflect.get(seal.seal({ sql: 'select 1' }), 'constructor')).toBeUndefined();
  });
});
