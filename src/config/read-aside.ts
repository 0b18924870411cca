/** Reads the configuration again while calls are served: in a thread of its own, so that none of them waits for it. */

import { Worker } from 'node:worker_threads';
import type { Config } from './config.ts';
import { ConfigError, type Finding } from './findings.ts';
import { deepFreeze } from './freeze.ts';

const here = import.meta.url;
const workerFile: URL = here.endsWith('.ts')
  ? new URL('./worker-from-source.mjs', here)
  : new URL(here.includes('/chunks/') ? '../config-reader.js' : './config-reader.js', here);

type Answer = { readonly config: Config } | { readonly findings: readonly Finding[] };

/** Our own worker says nothing else. */
function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && ('config' in message || 'findings' in message);
}

/** As `loadConfig`, without holding the event loop. Throws ConfigError. */
export async function readConfigAside(file: string): Promise<Config> {
  const worker = new Worker(workerFile, { workerData: file, execArgv: [], stdout: true, stderr: true });
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
    worker.once('exit', () => reject(new Error('The configuration could not be read.')));
  }).finally(() => void worker.terminate());
  if (!isAnswer(answer)) throw new Error('The configuration could not be read.');
  if ('findings' in answer) throw new ConfigError(answer.findings);
  return deepFreeze(answer.config);
}
