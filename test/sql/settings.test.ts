/** The settings anybody may read exist, are no secret to PostgreSQL itself, and hold nothing of files, hosts or roles. */

import { expect, test } from 'vitest';
import { harmlessSettings, whySettingIsHarmless } from '../../src/sql/settings.ts';
import { testDatabase } from '../support/postgres.ts';

test('every listed setting is one that an ordinary role may read', async () => {
  const db = await testDatabase();
  const { rows } = await (await db.client()).query<{ name: string }>('SELECT lower(name) AS name FROM pg_settings');
  await db.drop();
  const visible = new Set(rows.map(({ name }) => name));
  const removedIn16To18 = ['lc_collate', 'lc_ctype'];
  const loadedWithItsLanguage = ['plpgsql.variable_conflict'];
  expect(
    harmlessSettings().filter(
      (name) => !visible.has(name) && ![...removedIn16To18, ...loadedWithItsLanguage].includes(name),
    ),
  ).toEqual([]);
});

test.each([
  'data_directory',
  'hba_file',
  'config_file',
  'ssl_key_file',
  'listen_addresses',
  'port',
  'unix_socket_directories',
  'primary_conninfo',
  'archive_command',
  'log_directory',
  'role',
  'session_authorization',
  'shared_preload_libraries',
  'pgwarden.principal',
  'all',
  'constructor',
  '',
])('%j is not among them', (name) => {
  expect(whySettingIsHarmless(name)).toBeUndefined();
});

test('names are told without regard to case', () => {
  expect(whySettingIsHarmless('TimeZone')).toBeDefined();
});
