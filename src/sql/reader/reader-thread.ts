/** One worker thread for readings that could hold the event loop: started on first need, one text at a time, each with a deadline. */

import { Worker } from 'node:worker_threads';
import { Refusal } from '../../model/errors.ts';
import { workerFile } from './files.ts';
import { isAnswer, isBeginning, type ReaderAnswer, type ReaderOrder } from './messages.ts';

/** Texts waiting for the worker beyond this many are refused. */
const maxWaiting = 64;

let worker: Worker | undefined;
let tail: Promise<unknown> = Promise.resolve();
let waiting = 0;
let lastId = 0;

/**
 * Reads `sql` in the worker. STATEMENT_TOO_COMPLEX when the reading, once begun, takes longer than `deadline` milliseconds: the
 * worker is ended then and the next text gets a new one. LIMIT_EXCEEDED when too many texts wait. Else what the reading throws.
 */
export async function readInThread(task: ReaderOrder['task'], sql: string, deadline: number): Promise<unknown> {
  if (waiting >= maxWaiting)
    throw new Refusal('LIMIT_EXCEEDED', 'Too many long statements are waiting to be read.', {
      hint: 'Try again in a moment.',
      safeToRetry: true,
    });
  waiting += 1;
  const turn = tail
    .then(() => ask({ id: ++lastId, task, sql }, deadline))
    .finally(() => {
      waiting -= 1;
    });
  tail = turn.catch(() => undefined);
  const answer = await turn;
  if ('value' in answer) return answer.value;
  const { code, message, ...details } = answer.refusal;
  throw new Refusal(code, message, details);
}

/** The environment and standard output are not the worker's to use. */
function startWorker(): Worker {
  const started = new Worker(workerFile, { execArgv: [], env: {}, stdout: true, stderr: true });
  started.unref();
  started.on('error', () => endWorker(started)); // whoever waits hears of it by its own listener
  return started;
}

function endWorker(ended: Worker): void {
  if (worker === ended) worker = undefined;
  void ended.terminate();
}

function ask(order: ReaderOrder, deadline: number): Promise<ReaderAnswer> {
  worker ??= startWorker();
  const reader = worker;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (end: () => void) => {
      clearTimeout(timer);
      reader.off('message', hear).off('messageerror', garbled).off('exit', lost);
      reader.unref();
      end();
    };
    const lost = () =>
      settle(() => {
        endWorker(reader);
        reject(tooSlow());
      });
    const garbled = () => settle(() => reject(tooSlow())); // read, but too deep to be copied here
    const hear = (message: unknown) => {
      if (isBeginning(message)) timer = setTimeout(lost, deadline);
      else if (isAnswer(message) && message.id === order.id) settle(() => resolve(message));
    };
    reader.on('message', hear).on('messageerror', garbled).on('exit', lost);
    reader.ref();
    reader.postMessage(order);
  });
}

function tooSlow(): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', 'The statement takes too long to read.', {
    hint: 'Simplify it, or send long lists of values as one array parameter.',
  });
}
