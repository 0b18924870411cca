/** The worker that reads long texts and gives second readings, so that neither holds the event loop. */

import { parentPort } from 'node:worker_threads';
import { BrokerError, Refusal } from '../../model/errors.ts';
import { fingerprint, parseTree, scan } from '../parser.ts';
import { maxNodes } from '../read-only-rules.ts';
import { maxTreeDepth } from '../walker.ts';
import { isOrder, type ReaderAnswer, type ReaderOrder } from './messages.ts';

parentPort?.on('message', (message: unknown) => {
  if (isOrder(message)) void answer(message).then((reply) => parentPort?.postMessage(reply));
});

async function answer(order: ReaderOrder): Promise<ReaderAnswer> {
  try {
    return { id: order.id, json: JSON.stringify(await read(order)) };
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
  if (task !== 'strict') {
    parentPort?.postMessage({ id, begins: true });
    if (task === 'parse') return bounded(await parseTree(sql));
    return task === 'tokens' ? scan(sql) : fingerprint(sql);
  }
  const { secondReading } = await import('../strict/second-reading.ts');
  parentPort?.postMessage({ id, begins: true });
  return secondReading(sql);
}

const flatten = 'Flatten the statement, and send long lists of values as one array parameter.';

/** Three objects and lists for each node within a node: the node, its name around it, the list it stands in. */
const maxObjectDepth = 3 * maxTreeDepth;

/** A tree that will be refused is not handed over: making it anew there takes milliseconds of the event loop. */
function bounded<T>(parsed: T): T {
  let objects = 0;
  const pending: (readonly [value: unknown, depth: number])[] = [[parsed, 0]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    objects += 1;
    if (objects > maxNodes * 4) throw tooComplex(`The statement has more than ${maxNodes} nodes.`);
    if (depth > maxObjectDepth) throw tooComplex(`The statement nests expressions more than ${maxTreeDepth} deep.`);
    for (const child of Object.values(value)) pending.push([child, depth + 1]);
  }
  return parsed;
}

function tooComplex(message: string): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', message, { hint: flatten });
}
