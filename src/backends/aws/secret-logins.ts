/** User and password out of Secrets Manager: cached, shared by databases, and read again when a server refuses them. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsSettings } from '../../model/database.ts';
import { Failure } from '../../model/errors.ts';
import type { ProxyFor } from './proxy.ts';
import { createSecretClients } from './secret-clients.ts';

/** The two belong together: rotation may change the user too. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface SecretSource {
  readonly secretArn: string;
  readonly aws: AwsSettings;
}

export interface SecretLogins {
  /** The current login. Rejects with BACKEND_UNAVAILABLE; the sentence names what is missing and no value. */
  readonly login: (source: SecretSource) => Promise<Login>;
  /**
   * The server refused `refused`: reads the secret anew, once for all who were refused with it, and not sooner than a
   * moment after it was last read: a rotation changes the database and the secret one after the other. Answers the login
   * to try instead, or undefined when there is no other.
   */
  readonly refresh: (source: SecretSource, refused: Login) => Promise<Login | undefined>;
  readonly close: () => void;
}

/** Reads the text of one secret; a test may bring its own. */
export type FetchSecret = (source: SecretSource) => Promise<string>;

export interface SecretLoginsOptions {
  readonly fetch?: FetchSecret;
  readonly proxyFor?: ProxyFor;
  /** Milliseconds; defaults to the clock. */
  readonly now?: () => number;
  /** From 0 up to 1; spreads the reading of many secrets over time. */
  readonly random?: () => number;
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** Milliseconds a login is believed: between four and six minutes. */
const lifetime = 5 * 60_000;
const jitter = 0.2;
/** Milliseconds between two readings that refusals cause. */
const patience = 500;

interface Entry {
  readonly login: Login;
  readonly expires: number;
  readonly read: number;
}

const unusable = (what: string, hint: string) =>
  new Failure('BACKEND_UNAVAILABLE', `The secret of the database cannot be used: ${what}.`, { hint });

/** A secret as RDS writes it, or any JSON object with a user name and a password. */
export function readLogin(text: string): Login {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable('it is not JSON', 'Store {"username": …, "password": …}.'); // the cause would quote the secret
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unusable('it is not a JSON object', 'Store {"username": …, "password": …}.');
  const member = (name: string) => {
    const found: unknown = Reflect.get(value, name);
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const user = member('username') ?? member('user');
  const password = member('password');
  if (user === undefined) throw unusable('its key "username" is missing or no text', 'Keys are case-sensitive.');
  if (password === undefined) throw unusable('its key "password" is missing or no text', 'Keys are case-sensitive.');
  return { user, password };
}

export function createSecretLogins(options: SecretLoginsOptions = {}): SecretLogins {
  const { now = Date.now, random = Math.random, pause = sleep } = options;
  const clients = createSecretClients(options.proxyFor);
  const fetch = options.fetch ?? clients.fetch;
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<Entry>>();

  const keyOf = ({ secretArn, aws }: SecretSource) =>
    JSON.stringify([secretArn, aws.region, aws.profile, aws.roleArn, aws.externalId, aws.fips, aws.endpoint]);

  async function load(source: SecretSource): Promise<Entry> {
    const login = readLogin(await fetch(source));
    const read = now();
    return { login, read, expires: read + lifetime * (1 - jitter + 2 * jitter * random()) };
  }

  /** One reading in flight per secret. */
  function read(source: SecretSource): Promise<Entry> {
    const key = keyOf(source);
    const running = pending.get(key);
    if (running !== undefined) return running;
    const started = load(source)
      .then((entry) => {
        entries.set(key, entry);
        return entry;
      })
      .finally(() => pending.delete(key));
    pending.set(key, started);
    return started;
  }

  async function login(source: SecretSource): Promise<Login> {
    const known = entries.get(keyOf(source));
    return known !== undefined && now() < known.expires ? known.login : (await read(source)).login;
  }

  async function refresh(source: SecretSource, refused: Login): Promise<Login | undefined> {
    const known = entries.get(keyOf(source));
    if (known !== undefined && !isSame(known.login, refused)) return known.login;
    if (known !== undefined) await pause(Math.max(0, known.read + patience - now()));
    const entry = entries.get(keyOf(source)) === known ? await read(source) : entries.get(keyOf(source));
    if (entry === undefined) return undefined;
    return isSame(entry.login, refused) ? undefined : entry.login;
  }

  return { login, refresh, close: clients.close };
}

const isSame = (one: Login, other: Login) => one.user === other.user && one.password === other.password;
