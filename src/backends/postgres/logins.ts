/** Who the broker is to a server, for each new session: configured, out of Secrets Manager, or by an IAM token. */

import type { DirectPostgresConnection, SecretReference } from '../../model/database.ts';
import { Failure } from '../../model/errors.ts';
import { iamToken } from '../aws/iam-token.ts';
import type { ProxyFor } from '../aws/proxy.ts';
import type { SecretLogins } from '../aws/secret-logins.ts';

/** Reads a secret each time one is needed; nothing keeps it. Rejects when it is not there. */
export type ReadSecret = (reference: SecretReference) => Promise<string>;

export interface SessionLogin {
  readonly user: string;
  /** Asked only when the server wants one. */
  readonly password: () => Promise<string>;
  /** The login to try once instead, after the server refused this one; undefined when there is no other. */
  readonly instead: () => Promise<SessionLogin | undefined>;
}

const unavailable = (message: string, details: { readonly hint?: string; readonly cause?: unknown } = {}) =>
  new Failure('BACKEND_UNAVAILABLE', message, details);

const nothingElse = async () => undefined;

function configuredUser({ user }: DirectPostgresConnection): string {
  if (user === undefined) throw unavailable('No user is configured for the database.');
  return user;
}

async function readPassword(reference: SecretReference | undefined, readSecret: ReadSecret): Promise<string> {
  if (reference === undefined) throw unavailable('The database asks for a password and none is configured.');
  try {
    return await readSecret(reference);
  } catch (cause) {
    throw unavailable('The password of the database cannot be read.', { cause });
  }
}

async function fromSecretsManager(
  secretArn: string,
  { aws }: DirectPostgresConnection,
  logins: SecretLogins,
): Promise<SessionLogin> {
  const source = { secretArn, aws };
  const { user, password } = await logins.login(source);
  const instead = async () => {
    const other = await logins.refresh(source, { user, password });
    return other && { user: other.user, password: async () => other.password, instead: nothingElse };
  };
  return { user, password: async () => password, instead };
}

/** The server takes a token over TLS only; one that is refused once will be refused again. */
function byToken(connection: DirectPostgresConnection, proxyFor: ProxyFor | undefined): SessionLogin {
  const user = configuredUser(connection);
  if (connection.ssl === 'disable')
    throw unavailable('IAM authentication needs TLS.', { hint: 'Set ssl: verify-full and ca: { file: … }.' });
  return { user, password: () => iamToken(connection, user, proxyFor), instead: nothingElse };
}

/** Where logins come from. */
export interface LoginSources {
  readonly readSecret: ReadSecret;
  readonly secretLogins: SecretLogins;
  readonly proxyFor: ProxyFor | undefined;
}

export async function loginFor(
  connection: DirectPostgresConnection,
  { readSecret, secretLogins, proxyFor }: LoginSources,
): Promise<SessionLogin> {
  const { password: reference } = connection;
  if (connection.iam) return byToken(connection, proxyFor);
  if (reference !== undefined && 'secretArn' in reference)
    return fromSecretsManager(reference.secretArn, connection, secretLogins);
  return {
    user: configuredUser(connection),
    password: () => readPassword(reference, readSecret),
    instead: nothingElse,
  };
}

/** A failure by which a server says that it knows no such user or password. */
export function isRefusedLogin(thrown: unknown): boolean {
  return thrown instanceof Failure && (thrown.sqlstate === '28P01' || thrown.sqlstate === '28000');
}
