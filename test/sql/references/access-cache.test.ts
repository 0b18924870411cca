/** Readings are kept by snapshot and text, within a bound. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { bytesOfAccesses, recall, remember } from '../../../src/sql/references/access-cache.ts';
import { catalogOf } from '../oracle/our-reading.ts';
import { type OracleDatabase, oracleDatabase } from '../oracle/support.ts';
import { read } from './support.ts';

let oracle: OracleDatabase;
let here: Catalog;
let there: Catalog;

beforeAll(async () => {
  oracle = await oracleDatabase(new URL('../oracle/schema.sql', import.meta.url), ['public', 'shop']);
  here = oracle.catalog;
  there = await catalogOf(oracle.superuser, ['public', 'shop']);
});
afterAll(async () => {
  await oracle?.database.drop();
});

test('one text that many databases are sent is read once in each of them', async () => {
  const sql = 'SELECT id, name FROM people WHERE id = 1';
  const [first, second] = [await read(here, sql), await read(there, sql)];
  expect(second).not.toBe(first);
  expect(await read(here, sql)).toBe(first);
  expect(await read(there, sql)).toBe(second);
});

test('what is kept is bounded: the oldest readings go, one that is asked for again stays', async () => {
  const access = await read(here, 'SELECT * FROM people');
  const circumstances = { catalog: here, text: 'a text', parameterTypes: '' };
  const trees = Array.from({ length: 40_000 }, () => ({}));
  const [asked = {}, unasked = {}] = trees;
  for (const tree of trees) {
    remember(tree, circumstances, access);
    if (tree !== unasked) recall(asked, circumstances, undefined);
  }
  expect(bytesOfAccesses()).toBeLessThan(33 * 1024 * 1024);
  expect(recall(unasked, circumstances, undefined)).toBeUndefined();
  expect(recall(asked, circumstances, undefined)).toBe(access);
});

test('a reading holds for its text and its types of parameters alone', async () => {
  const access = await read(here, 'SELECT 1');
  const circumstances = { catalog: here, text: 'SELECT 1', parameterTypes: 'int4' };
  const tree = {};
  remember(tree, circumstances, access);
  expect(recall(tree, circumstances, undefined)).toBe(access);
  expect(recall(tree, { ...circumstances, text: 'SELECT  1' }, undefined)).toBeUndefined();
  expect(recall(tree, { ...circumstances, parameterTypes: 'text' }, undefined)).toBeUndefined();
  expect(recall(tree, { ...circumstances, catalog: there }, undefined)).toBeUndefined();
});
