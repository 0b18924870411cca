/** A session of an embedded database: the same protocol bytes as a server's, carried by messages to its worker. */

import { Worker } from 'node:worker_threads';
import { Failure } from '../../model/errors.ts';
import type { Channel, Listener } from '../exchange/channel.ts';
import { workerFile } from './files.ts';
import { readyVersion, type WorkerOrder } from './worker-messages.ts';

export interface EmbeddedSession {
  readonly channel: Channel;
  /** Resolves when the worker is gone and its directory may be opened again. */
  readonly gone: Promise<void>;
}

/** Neither the environment nor standard output is the worker's to use. */
function startWorker(order: WorkerOrder): Worker {
  return new Worker(workerFile, { workerData: order, execArgv: [], env: {}, stdout: true, stderr: true });
}

/** Resolves with the version once the database is open. */
function untilReady(worker: Worker, limit: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const over = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
    const fail = (cause: unknown) => reject(cause);
    over.addEventListener('abort', () => fail(over.reason), { once: true });
    if (over.aborted) fail(over.reason);
    worker.once('error', fail);
    worker.once('exit', (code) => fail(new Error(`ended with ${code}`)));
    worker.once('message', (message: unknown) => {
      const version = readyVersion(message);
      if (version === undefined) fail(new Error('said something else than ready'));
      else resolve(version);
    });
  });
}

/** Starts the worker and waits until its database is open: `limit` milliseconds, unless `signal` fires first. */
export async function openWorkerChannel(
  order: WorkerOrder,
  limit: number,
  signal: AbortSignal,
): Promise<EmbeddedSession> {
  const started = performance.now();
  const worker = startWorker(order);
  const session = sessionOver(worker);
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });
  try {
    const version = await untilReady(worker, limit, signal);
    const openedIn = Math.round((performance.now() - started) * 1000);
    return { channel: session.channel(version, openedIn), gone };
  } catch (cause) {
    await worker.terminate();
    if (signal.aborted)
      throw new Failure('BACKEND_CANCELLED', 'The call was cancelled while the database was opened.', { cause });
    throw new Failure('BACKEND_UNAVAILABLE', 'The embedded database cannot be opened.', { cause, safeToRetry: true });
  }
}

function sessionOver(worker: Worker) {
  let listener: Listener | undefined;
  let usable = true;
  const endings: (() => void)[] = [];
  const end = () => {
    if (!usable) return;
    usable = false;
    const bystander = listener;
    listener = undefined;
    bystander?.lost(new Error('the worker ended'));
    for (const ended of endings) ended();
  };
  const destroy = () => {
    if (usable) void worker.terminate();
    end();
  };
  worker.on('message', (bytes: unknown) => {
    if (bytes instanceof Uint8Array) listener?.data(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  });
  worker.on('error', destroy);
  worker.on('exit', end);
  const listen = (next: Listener | undefined) => {
    listener = next;
    if (next === undefined) worker.unref();
    else worker.ref();
    if (!usable) next?.lost(new Error('the worker ended'));
  };
  const channel = (version: string, openedIn: number): Channel => ({
    pid: undefined,
    version,
    openedIn,
    enforcesTimeout: false,
    usable: () => usable,
    send: (bytes) => worker.postMessage(bytes),
    listen,
    // Nothing inside can be interrupted: the worker itself is ended, and the next call opens the directory again.
    interrupt: destroy,
    destroy,
    onEnd: (ended) => void endings.push(ended),
  });
  return { channel };
}
