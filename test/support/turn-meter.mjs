/**
 * Loaded into a process under test (`--import`): how much processor time its main thread spends between two looks at what
 * is new, which is how long everyone else waits. Processor time, because a machine that is busy with other things is no
 * fault of the process. SIGUSR2 has it write the longest turn to stderr, and forget it.
 */

import { openSync, readSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const counter = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r'); // its first number: nanoseconds on a processor
  const text = Buffer.alloc(64);
  const spent = () => Number(text.toString('latin1', 0, readSync(counter, text, 0, text.length, 0)).split(' ')[0]);
  let last = spent();
  let longest = 0;
  const look = () => {
    const now = spent();
    longest = Math.max(longest, now - last);
    last = now;
    setImmediate(look).unref();
  };
  look();
  process.on('SIGUSR2', () => {
    process.stderr.write(`longest turn: ${(longest / 1e6).toFixed(1)} ms\n`);
    longest = 0;
  });
}
