/** The worker that holds one embedded PostgreSQL: protocol bytes in, protocol bytes out. It can be ended at any moment. */

import { parentPort, workerData } from 'node:worker_threads';
import { openEmbedded } from './open-embedded.ts';
import { isWorkerOrder } from './worker-messages.ts';

const port = parentPort;
const order: unknown = workerData;
if (port === null || !isWorkerOrder(order)) throw new Error('started without an order');

const database = await openEmbedded(order);
const { rows } = await database.query<{ version: string }>("SELECT current_setting('server_version') AS version");

// A chunk lies in the database's own memory: what leaves must be a copy.
const answer = (chunk: Uint8Array) => port.postMessage(chunk.slice());
port.on('message', (bytes: unknown) => {
  if (bytes instanceof Uint8Array) void database.execProtocolRawStream(bytes, { onRawData: answer });
});
port.postMessage({ ready: rows[0]?.version.split(' ')[0] ?? '' });
