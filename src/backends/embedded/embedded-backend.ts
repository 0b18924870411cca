/** Embedded databases: one worker each, one call at a time, opened on the first call and ended when a statement will not end. */

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, EmbeddedConnection } from '../../model/database.ts';
import type { Channel } from '../exchange/channel.ts';
import { searchPathSetting } from '../exchange/pin.ts';
import { createPool } from '../pool.ts';
import { createPooledBackend, type DatabaseBackend } from '../pooled-backend.ts';
import { templateFile } from './files.ts';
import { openWorkerChannel } from './worker-channel.ts';

/** Milliseconds for making and opening a directory; initdb, where there is no template yet, takes several seconds. */
const openLimit = 120_000;

/** A directory for data that is not kept: it outlives a worker that had to be ended, not the process. */
function temporaryDirectory() {
  let path: Promise<string> | undefined;
  let made: string | undefined;
  const remove = () => {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  };
  const make = async () => {
    made = await mkdtemp(join(tmpdir(), 'pgwarden-embedded-'));
    process.once('exit', remove);
    return join(made, 'data');
  };
  return {
    path: () => (path ??= make()),
    remove: () => {
      process.removeListener('exit', remove);
      remove();
    },
  };
}

/** Opens nothing until the first call. */
export function createEmbeddedBackend(
  database: Database,
  { directory, seed }: EmbeddedConnection,
  maskKey: Buffer,
): DatabaseBackend {
  const temporary = temporaryDirectory();
  let previous: Promise<void> = Promise.resolve();
  let isOpen = false;
  const open = async (signal: AbortSignal): Promise<Channel> => {
    await previous; // two workers must never hold one directory
    const order = {
      directory: directory ?? (await temporary.path()),
      seed,
      template: templateFile(),
      searchPath: searchPathSetting(database.searchPath),
    };
    const { channel, gone } = await openWorkerChannel(order, openLimit, signal);
    isOpen = true;
    channel.onEnd(() => {
      isOpen = false;
    });
    previous = gone;
    return channel;
  };
  const pool = createPool({
    max: 1,
    idleTimeout: database.pool.idleTimeout,
    // Callers that wait for the database to be opened are not waiting for another caller's statement.
    get queueTimeout() {
      return isOpen ? database.limits.queueTimeout : openLimit;
    },
    open,
  });
  const backend = createPooledBackend(pool, maskKey);
  const close = async () => {
    await backend.close();
    await previous;
    temporary.remove();
  };
  const drain = async () => {
    await backend.drain();
    await close();
  };
  return { ...backend, drain, close };
}
