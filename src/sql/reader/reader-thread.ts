/** One worker thread for readings that could hold the event loop: started on first need, one text at a time, each with a deadline. */

import { Worker } from 'node:worker_threads';
import { Refusal } from '../../model/errors.ts';
import { identityOf, type Principal } from '../../model/principal.ts';
import { createFairQueue } from '../fair-queue.ts';
import { workerFile } from './files.ts';
import { isAnswer, isBeginning, type ReaderAnswer, type ReaderOrder } from './messages.ts';

/** Texts that may wait for the worker: of one principal, and of all together. */
export const waitingLimits = { total: 512, perPrincipal: 32 } as const;

interface Waiting {
  readonly order: ReaderOrder;
  readonly deadline: number;
  readonly settle: (answer: Promise<ReaderAnswer>) => void;
}

const waiting = createFairQueue<Waiting>();
let worker: Worker | undefined;
let isReading = false;
let lastId = 0;

/**
 * Reads `sql` in the worker, which serves the principals in turn; resolves with JSON. STATEMENT_TOO_COMPLEX when the reading, once begun, takes
 * longer than `deadline` milliseconds: the worker is ended then and the next text gets a new one. LIMIT_EXCEEDED when too
 * many texts wait, unless it is read for the record. Else what the reading throws.
 */
export async function readInThread(
  task: ReaderOrder['task'],
  sql: string,
  deadline: number,
  principal: Principal,
): Promise<string> {
  const owner = identityOf(principal);
  if (task === 'parse' || task === 'strict') refuseWhereFull(owner);
  const answer = await new Promise<ReaderAnswer>((resolve) => {
    waiting.add(owner, { order: { id: ++lastId, task, sql }, deadline, settle: resolve });
    if (!isReading) void readOneByOne();
  });
  if ('json' in answer) return answer.json;
  const { code, message, ...details } = answer.refusal;
  throw new Refusal(code, message, details);
}

function refuseWhereFull(owner: string): void {
  const isOwn = waiting.sizeOf(owner) >= waitingLimits.perPrincipal;
  if (!isOwn && waiting.size() < waitingLimits.total) return;
  throw new Refusal(
    'LIMIT_EXCEEDED',
    isOwn
      ? `As many of your long statements as may (${waitingLimits.perPrincipal}) are waiting to be read.`
      : 'Too many long statements are waiting to be read.',
    {
      hint: isOwn
        ? 'Send fewer at a time, or shorter ones: long lists as one array parameter.'
        : 'Try again in a moment.',
      safeToRetry: true,
    },
  );
}

async function readOneByOne(): Promise<void> {
  isReading = true;
  for (let next = waiting.take(); next !== undefined; next = waiting.take()) {
    const answer = ask(next.order, next.deadline);
    next.settle(answer);
    await answer.catch(() => undefined);
  }
  isReading = false;
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
  return new Promise((resolve, reject) => {
    worker ??= startWorker(); // throws where the system has no thread to give: this text is not read, the next one may be
    const reader = worker;
    let timer: NodeJS.Timeout | undefined;
    const settle = (end: () => void) => {
      clearTimeout(timer);
      reader.off('message', hear).off('exit', lost);
      reader.unref();
      end();
    };
    const lost = () =>
      settle(() => {
        endWorker(reader);
        reject(tooSlow());
      });
    const hear = (message: unknown) => {
      if (isBeginning(message)) timer = setTimeout(lost, deadline);
      else if (isAnswer(message) && message.id === order.id) settle(() => resolve(message));
    };
    reader.on('message', hear).on('exit', lost);
    reader.ref();
    reader.postMessage(order);
  });
}

function tooSlow(): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', 'The statement takes too long to read.', {
    hint: 'Simplify it, or send long lists of values as one array parameter.',
  });
}
