/** Preloaded into a server that is profiled: SIGUSR2 starts the sampling, a second one ends it and writes it to PROFILE_FILE. */

import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

/** Whole, or not there. */
function keep(_error, { profile }) {
  const file = process.env.PROFILE_FILE;
  writeFileSync(`${file}.part`, JSON.stringify(profile));
  renameSync(`${file}.part`, file);
}

if (isMainThread) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 250 });
  let running = false;
  process.on('SIGUSR2', () => {
    running = !running;
    if (running) session.post('Profiler.start');
    else session.post('Profiler.stop', keep);
  });
}
