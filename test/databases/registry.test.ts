/** Which database a call means; and that one a caller may not use cannot be told from one that does not exist. */

import { expect, test } from 'vitest';
import type { MayUse } from '../../src/databases/databases.ts';
import { createDatabases } from '../../src/databases/registry.ts';
import type { Database } from '../../src/model/database.ts';
import { BrokerError } from '../../src/model/errors.ts';
import type { Principal } from '../../src/model/principal.ts';
import { configOf } from '../config/written-config.ts';

const alice: Principal = { id: 'alice', kind: 'human', auth: 'stdio', roles: [] };

const databases = (...ids: string[]): readonly Database[] =>
  configOf(
    `databases:\n${ids.map((id) => `  ${id}: { type: embedded, enabled: ${id !== 'asleep'}, contact: "#ops" }\n`).join('')}`,
  ).databases;

const only =
  (...ids: string[]): MayUse =>
  (_principal, id) =>
    ids.includes(id);

function refusal(run: () => unknown): BrokerError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof BrokerError) return thrown;
  }
  throw new Error('nothing was refused');
}

test('a call that names no database means the default one', () => {
  const registry = createDatabases(databases('a', 'b'), 'b', only('a', 'b'));
  expect(registry.resolve(undefined, alice).id).toBe('b');
  expect(registry.resolve('a', alice).id).toBe('a');
});

test('unknown and forbidden are the same answer, but for the id the caller wrote', () => {
  const registry = createDatabases(databases('a', 'b'), 'a', only('a'));
  const told = (id: string) => {
    const error = refusal(() => registry.resolve(id, alice));
    return { ...error, message: error.message.replace(`Database ${id} `, 'Database ID '), kind: error.name };
  };
  expect(told('b')).toEqual(told('c'));
  expect(told('b')).toMatchObject({ code: 'DATABASE_UNKNOWN', message: 'Database ID is not available to you.' });
});

test('the permission is asked for an unknown id as for a configured one', () => {
  const asked: string[] = [];
  const mayUse: MayUse = (_principal, id) => {
    asked.push(id);
    return false;
  };
  const registry = createDatabases(databases('a'), undefined, mayUse);
  const questions = (id: string) => {
    asked.length = 0;
    refusal(() => registry.resolve(id, alice));
    return asked.map((one) => one.replace(id, 'ID'));
  };
  expect(questions('zz')).toEqual(['ID', 'a']);
  expect(questions('a')).toEqual(['ID', 'ID']);
});

test('a rule that names a database nobody configured opens nothing', () => {
  const registry = createDatabases(databases('a'), 'a', () => true);
  expect(refusal(() => registry.resolve('ghost', alice)).code).toBe('DATABASE_UNKNOWN');
});

test('the hint names what the caller may use, and nothing else', () => {
  const registry = createDatabases(databases('a', 'b', 'c'), undefined, only('a', 'c'));
  const { hint } = refusal(() => registry.resolve('b', alice));
  expect(hint).toBe('Available to you: a, c.');
  expect(refusal(() => registry.resolve(undefined, alice)).hint).toBe('Available to you: a, c.');
});

test('a long list of ids is cut', () => {
  const ids = Array.from({ length: 50 }, (_, index) => `db${index}`);
  const registry = createDatabases(databases(...ids), undefined, () => true);
  expect(refusal(() => registry.resolve('nope', alice)).hint).toMatch(/db19 and 30 more \(list_databases\)\.$/);
});

test('an id cannot carry line breaks or a page of text into the message', () => {
  const registry = createDatabases(databases('a'), undefined, () => true);
  const { message } = refusal(() => registry.resolve(`x\n{"forged":1}${'y'.repeat(5000)}`, alice));
  expect(message).not.toMatch(/\n/);
  expect(message.length).toBeLessThan(120);
});

test('a database that is switched off says so only to those who may use it', () => {
  const registry = createDatabases(databases('asleep', 'a'), undefined, only('asleep'));
  expect(refusal(() => registry.resolve('asleep', alice))).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    hint: 'Ask #ops.',
  });
  const stranger = createDatabases(databases('asleep', 'a'), undefined, only('a'));
  expect(refusal(() => stranger.resolve('asleep', alice)).code).toBe('DATABASE_UNKNOWN');
});

test('a caller sees what he may use, in the order of the configuration', () => {
  const registry = createDatabases(databases('c', 'a', 'b'), undefined, only('b', 'c'));
  expect(registry.usable(alice).map(({ id }) => id)).toEqual(['c', 'b']);
  expect(registry.all().map(({ id }) => id)).toEqual(['c', 'a', 'b']);
});

test('replacing puts the new set in force at once, the default with it', () => {
  const registry = createDatabases(databases('a'), 'a', () => true);
  registry.replace(databases('b', 'c'), 'c');
  expect(registry.defaultId).toBe('c');
  expect(registry.resolve(undefined, alice).id).toBe('c');
  expect(refusal(() => registry.resolve('a', alice)).code).toBe('DATABASE_UNKNOWN');
});
