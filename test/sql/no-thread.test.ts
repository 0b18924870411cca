/** A machine that has no thread to give: the text that needs one is refused, and nothing else suffers. */

import { expect, test, vi } from 'vitest';
import type { Principal } from '../../src/model/principal.ts';
import { readInThread } from '../../src/sql/reader/reader-thread.ts';

const system = vi.hoisted(() => ({ threads: true }));

vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  class Worker extends real.Worker {
    constructor(...[file, options]: ConstructorParameters<typeof real.Worker>) {
      if (!system.threads) throw new Error('ERR_WORKER_INIT_FAILED'); // as Node does, within the call
      super(file, options);
    }
  }
  return { ...real, Worker };
});

const alice: Principal = { id: 'alice', kind: 'human', issuer: 'test', auth: 'oauth', roles: [] };

test('where no thread can be started, texts are refused one by one, and read again once there is one', async () => {
  system.threads = false;
  const answers = await Promise.allSettled([1, 2].map((n) => readInThread('parse', `SELECT ${n}`, 5_000, alice)));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  system.threads = true;
  expect(await readInThread('parse', 'SELECT 3', 5_000, alice)).toContain('SelectStmt');
});
