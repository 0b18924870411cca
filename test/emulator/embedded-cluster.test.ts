/** The embedded PostgreSQL behind the emulator: logins are real, sessions take turns, nothing of one reaches the next. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { templateFile } from '../../src/backends/embedded/files.ts';
import { readTemplate } from '../../src/backends/embedded/template.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/emulator/embedded-cluster.ts';

const seed = `CREATE TABLE items (id int); INSERT INTO items VALUES (7);
CREATE ROLE reader LOGIN PASSWORD 'right'; GRANT SELECT ON items TO reader; CREATE ROLE nobody PASSWORD 'right'`;
const login = { user: 'reader', password: 'right', database: 'postgres' };

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ template: await readTemplate(templateFile()), seed });
});
afterAll(() => cluster.close());

const only = async (sql: string) => {
  const session = await cluster.open(login);
  return session.run(sql, []).finally(session.end);
};

describe('a login', () => {
  test.each([
    ['with a wrong password', { ...login, password: 'wrong' }, '28P01'],
    ['of a role that is not there', { ...login, user: 'stranger' }, '28P01'],
    ['of a role that may not log in', { ...login, user: 'nobody' }, '28P01'],
    ['to another database', { ...login, database: 'other' }, '3D000'],
  ])('%s is refused, and the next one is served', async (_, wrong, state) => {
    await expect(cluster.open(wrong)).rejects.toThrow(`SQLState: ${state}`);
    expect((await only('SELECT id FROM items')).rows).toEqual([['7']]);
  });

  test('has the rights of its role', async () => {
    expect((await only('SELECT session_user, id FROM items')).rows).toEqual([['reader', '7']]);
    await expect(only('DELETE FROM items')).rejects.toThrow('SQLState: 42501');
  });
});

test('what one session set or left open does not reach the next', async () => {
  const first = await cluster.open(login);
  await first.run('BEGIN', []);
  await first.run("SET search_path = 'nowhere'", []);
  await expect(first.run('SELECT nonsense', [])).rejects.toThrow('SQLState: 42703');
  await expect(first.run('SELECT 1', [])).rejects.toThrow('SQLState: 25P02');
  await first.end();
  expect((await only('SELECT id FROM items')).rows).toEqual([['7']]);
});

test('a second session waits for the first to end', async () => {
  const order: string[] = [];
  const first = await cluster.open(login);
  const second = cluster.open(login).then((session) => {
    order.push('second began');
    return session;
  });
  await first.run('SELECT 1', []);
  order.push('first ended');
  await first.end();
  await (await second).end();
  expect(order).toEqual(['first ended', 'second began']);
});
