/**
 * An embedded PostgreSQL as the cluster behind the emulator. It has one session, so transactions take turns; it asks for
 * no password by itself, so logins are compared here with what the role was given.
 */

import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { messages, PGlite, protocol } from '@electric-sql/pglite';
import type { Bound } from './parameters.ts';
import { serviceError } from './service-error.ts';
import { countIn, fromPostgres, type Login, type RawResult, type Session, sessionSettings } from './session.ts';

export interface EmbeddedCluster {
  readonly open: (login: Login) => Promise<Session>;
  readonly close: () => Promise<void>;
}

/** What it is made from: a fresh data directory, and a script run by its superuser. */
export interface EmbeddedClusterOptions {
  readonly template: Blob;
  readonly seed: string;
}

const { serialize } = protocol;

export async function startEmbeddedCluster({ template, seed }: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const server = await PGlite.create({ loadDataDir: template });
  await server.exec(seed);
  let turn: Promise<void> = Promise.resolve();

  /** Resolves, when the session is free, with what gives it to the next. */
  async function take(): Promise<() => void> {
    const before = turn;
    let give = (): void => undefined;
    turn = new Promise((resolve) => {
      give = resolve;
    });
    await before;
    return give;
  }

  async function open(login: Login): Promise<Session> {
    const give = await take();
    try {
      await begin(server, login);
    } catch (thrown) {
      give();
      throw thrown;
    }
    const end = async () => {
      // a standalone server knows no default to return to: the superuser is named
      for (const sql of ['ROLLBACK', 'SET SESSION AUTHORIZATION postgres', 'DISCARD ALL']) await server.exec(sql);
      give();
    };
    return { pid: 1, run: (sql, bound) => run(server, sql, bound), end };
  }

  return { open, close: () => server.close() };
}

async function begin(server: PGlite, { user, password, database }: Login): Promise<void> {
  const { rows } = await server.query<{ verifier: string | null }>(
    'SELECT rolpassword AS verifier FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin',
    [user],
  );
  if (!isPasswordOf(rows[0]?.verifier ?? '', password))
    throw fromPostgres(fatal(`password authentication failed for user "${user}"`, '28P01'), 0);
  if (database !== 'postgres') throw fromPostgres(fatal(`database "${database}" does not exist`, '3D000'), 0);
  for (const [name, value] of Object.entries({ ...sessionSettings, session_authorization: user }))
    await server.query('SELECT pg_catalog.set_config($1, $2, false)', [name, value]);
}

const fatal = (message: string, code: string) => ({ message, code, severity: 'FATAL' });

/** `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`, as PostgreSQL keeps it (RFC 5803). */
function isPasswordOf(verifier: string, password: string): boolean {
  const [, iterations, salt = '', stored = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier) ?? [];
  if (iterations === undefined) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return timingSafeEqual(createHash('sha256').update(clientKey).digest(), Buffer.from(stored, 'base64'));
}

async function run(server: PGlite, sql: string, bound: readonly Bound[]): Promise<RawResult> {
  const request = Buffer.concat([
    serialize.parse({ text: sql, types: bound.map(({ oid }) => oid) }),
    serialize.bind({ values: bound.map(({ value }) => value) }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    serialize.sync(),
  ]);
  const replies = await server.execProtocolStream(request, { throwOnError: false });
  const error = replies.find((reply) => reply instanceof messages.DatabaseError);
  if (error !== undefined) throw fromPostgres(error, 1);
  const command = replies.find((reply) => reply instanceof messages.CommandCompleteMessage)?.text;
  if (command === undefined) throw serviceError('ValidationException', 'There is no statement.');
  const shape = replies.find((reply) => reply instanceof messages.RowDescriptionMessage);
  const rows = replies.filter((reply) => reply instanceof messages.DataRowMessage).map(({ fields }) => fields);
  return { command, fields: shape?.fields ?? [], rows, rowCount: countIn(command) };
}
