/** A session of a server: `pg` makes the connection (TLS, authentication), then the socket speaks the exchange alone. */

import type { Duplex } from 'node:stream';
import { Failure } from '../../model/errors.ts';
import type { Channel, Listener } from '../exchange/channel.ts';
import { terminate } from '../protocol/encode.ts';
import { connectFailure } from '../query-error.ts';
import { sendCancel } from './cancel.ts';
import type { SessionSettings } from './session-settings.ts';
import type { TlsOptions } from './tls.ts';

export interface SessionTarget {
  readonly settings: SessionSettings;
  readonly tls: TlsOptions;
  /** Asked only when the server wants one. */
  readonly password: () => Promise<string>;
}

/** Places that refuse start-up options: poolers, which hand each transaction to any of their sessions. */
const withoutOptions = new Set<string>();

/** How they refuse them: protocol_violation (PgBouncer), feature_not_supported (RDS Proxy). */
const refusesOptions: ReadonlySet<string | undefined> = new Set(['08P01', '0A000']);

/** Connects and authenticates. Throws BACKEND_UNAVAILABLE, or BACKEND_CANCELLED when `signal` fires first. */
export async function openSocketChannel(target: SessionTarget, signal: AbortSignal): Promise<Channel> {
  const place = `${target.settings.host}:${target.settings.port}`;
  if (withoutOptions.has(place)) return open(target, signal, false);
  try {
    return await open(target, signal, true);
  } catch (error) {
    if (!(error instanceof Failure) || !refusesOptions.has(error.sqlstate)) throw error;
    const channel = await open(target, signal, false);
    withoutOptions.add(place);
    return channel;
  }
}

async function open(
  { settings, tls, password }: SessionTarget,
  signal: AbortSignal,
  options: boolean,
): Promise<Channel> {
  const started = performance.now();
  const { default: pg } = await import('pg');
  const client = new pg.Client({ ...settings, password, ssl: tls ?? false });
  // `pg` reads PGREPLICATION whatever it is told, and PGOPTIONS where it is told nothing.
  leaveOut(client, options ? ['replication'] : ['replication', 'options']);
  let version = '';
  client.connection.on('parameterStatus', ({ parameterName, parameterValue }: Record<string, unknown>) => {
    if (parameterName === 'server_version') version = String(parameterValue).split(' ')[0] ?? '';
  });
  client.on('error', () => undefined); // a lost session also shows as its socket's end
  const stop = () => client.connection.stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    await client.connect();
  } catch (cause) {
    stop();
    if (signal.aborted)
      throw new Failure('BACKEND_CANCELLED', 'The call was cancelled while it was connecting.', { cause });
    throw connectFailure(cause);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const processId = Number(Reflect.get(client, 'processID'));
  const secretKey = Number(Reflect.get(client, 'secretKey'));
  const cancel = () => sendCancel({ host: settings.host, port: settings.port, tls, processId, secretKey });
  const openedIn = Math.round((performance.now() - started) * 1000);
  return takeOver(client.connection.stream, { processId, version, openedIn, cancel });
}

/** Takes parameters out of what `pg` will say when the session starts. */
function leaveOut(client: object, names: readonly string[]): void {
  const parameters: unknown = Reflect.get(client, 'connectionParameters');
  if (typeof parameters !== 'object' || parameters === null) return;
  for (const name of names) Reflect.set(parameters, name, undefined);
}

/** Milliseconds a server is given to hang up after it was told goodbye. */
const farewell = 1000;

interface Session {
  readonly processId: number;
  readonly version: string;
  readonly openedIn: number;
  readonly cancel: () => void;
}

/** From here on `pg` no longer reads: every byte goes to the exchange that is under way. */
function takeOver(socket: Duplex, { processId, version, openedIn, cancel }: Session): Channel {
  let listener: Listener | undefined;
  let usable = true;
  const endings: (() => void)[] = [];
  const end = (reason: Error) => {
    if (!usable) return;
    usable = false;
    const bystander = listener;
    listener = undefined;
    bystander?.lost(reason);
    for (const ended of endings) ended();
  };
  const destroy = () => {
    if (!usable) return;
    const busy = listener !== undefined;
    end(new Error('destroyed'));
    if (busy) {
      cancel();
      socket.destroy();
    } else {
      socket.end(terminate);
      setTimeout(() => socket.destroy(), farewell).unref();
    }
  };
  socket.removeAllListeners('data');
  // A server that speaks while nobody asked is shutting down or was reconfigured: either way the session is done.
  socket.on('data', (bytes: Buffer) => (listener === undefined ? destroy() : listener.data(bytes)));
  socket.on('error', end);
  socket.on('close', () => {
    if (listener !== undefined) cancel(); // a server that only lost the connection would work on for nobody
    end(new Error('the connection was closed'));
  });
  return {
    pid: processId,
    version,
    openedIn,
    enforcesTimeout: true,
    usable: () => usable,
    send: (bytes) => void socket.write(bytes),
    listen: (next) => {
      listener = next;
      if (!usable) next?.lost(new Error('the connection was closed'));
    },
    interrupt: cancel,
    destroy,
    onEnd: (ended) => void endings.push(ended),
    onGone: (gone) => void socket.once('close', gone),
  };
}
