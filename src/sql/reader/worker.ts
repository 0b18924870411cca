/** The worker that reads long texts and gives second readings, so that neither holds the event loop. */

import { parentPort } from 'node:worker_threads';
import { BrokerError, Refusal } from '../../model/errors.ts';
import { parseTree } from '../parser.ts';
import { maxNodes } from '../read-only-rules.ts';
import { isOrder, type ReaderAnswer, type ReaderOrder } from './messages.ts';

parentPort?.on('message', (message: unknown) => {
  if (isOrder(message)) answer(message).then((reply) => parentPort?.postMessage(reply));
});

async function answer(order: ReaderOrder): Promise<ReaderAnswer> {
  try {
    return { id: order.id, value: await read(order) };
  } catch (thrown) {
    if (!(thrown instanceof BrokerError))
      return { id: order.id, refusal: { code: 'STATEMENT_TOO_COMPLEX', message: 'The statement could not be read.' } };
    const { code, message, hint, position } = thrown;
    return {
      id: order.id,
      refusal: {
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
        ...(position === undefined ? {} : { position }),
      },
    };
  }
}

async function read({ id, task, sql }: ReaderOrder): Promise<unknown> {
  if (task === 'parse') {
    parentPort?.postMessage({ id, begins: true });
    return bounded(await parseTree(sql));
  }
  const { secondReading } = await import('../strict/second-reading.ts');
  parentPort?.postMessage({ id, begins: true });
  return secondReading(sql);
}

/** Copying a tree out of the worker costs the event loop as much as reading it: one that will be refused is not copied. */
function bounded<T>(parsed: T): T {
  let objects = 0;
  const pending: unknown[] = [parsed];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    objects += 1;
    if (objects > maxNodes * 4)
      throw new Refusal('STATEMENT_TOO_COMPLEX', `The statement has more than ${maxNodes} nodes.`, {
        hint: 'Send long lists of values as one array parameter.',
      });
    for (const child of Object.values(value)) if (typeof child === 'object') pending.push(child);
  }
  return parsed;
}
