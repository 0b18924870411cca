/** A fresh database on the run's shared PostgreSQL, with an owner that is not a superuser. */

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface TestDatabase extends ServerAddress {
  readonly database: string;
  /** The server's superuser, for looking behind the curtain. */
  readonly superuser: ServerAddress;
  /** A connected client, closed by `drop`: as the owner, or with what `options` say. */
  readonly client: (options?: pg.ClientConfig) => Promise<pg.Client>;
  readonly drop: () => Promise<void>;
}

/** Makes a database owned by a new role of the same name, runs `seed` as that owner, and hands it over. */
export async function testDatabase(
  options: { readonly seed?: string; readonly server?: ServerAddress } = {},
): Promise<TestDatabase> {
  const superuser = options.server ?? inject('postgres');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  /** A connection of its own each time: hundreds of databases may be made, and the server has a hundred connections. */
  const asAdmin = async (work: (admin: pg.Client) => Promise<unknown>) => {
    const admin = new pg.Client({ ...superuser, database: 'postgres', ssl: false });
    await admin.connect();
    await work(admin).finally(() => admin.end());
  };
  await asAdmin(async (admin) => {
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    await admin.query(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE template0`);
  });
  const clients: pg.Client[] = [];
  const owner = { host: superuser.host, port: superuser.port, user: name, password, database: name };
  const client = async (overrides: pg.ClientConfig = {}) => {
    const made = new pg.Client({ ...owner, ssl: false, ...overrides });
    made.on('error', () => undefined);
    await made.connect();
    clients.push(made);
    return made;
  };
  const drop = async () => {
    await Promise.all(clients.map((made) => made.end().catch(() => undefined)));
    await asAdmin(async (admin) => {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`DROP OWNED BY ${name}`).catch(() => undefined);
      await admin.query(`DROP ROLE IF EXISTS ${name}`).catch(() => undefined);
    });
  };
  if (options.seed !== undefined) {
    const seeding = await client();
    await seeding.query(options.seed);
    await seeding.end();
  }
  return { ...owner, superuser, client, drop };
}
