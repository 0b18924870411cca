/** Reads the configuration again while calls are served: in a thread of its own, so that none of them waits for it. */

import { Worker } from 'node:worker_threads';
import type { Database } from '../model/database.ts';
import { type Answer, isAnswer, type Task } from './aside.ts';
import type { Config } from './config.ts';
import { ConfigError } from './findings.ts';
import { fingerprintOf } from './fingerprint.ts';
import { deepFreeze } from './freeze.ts';

const here = import.meta.url;
const workerFile: URL = here.endsWith('.ts')
  ? new URL('./worker-from-source.mjs', here)
  : new URL(here.includes('/chunks/') ? '../config-reader.js' : './config-reader.js', here);

/** MiB in which the thread makes what it soon throws away; by default it would take ten times as much from the process. */
const youngGeneration = 4;

/**
 * As `loadConfig`, without holding the event loop; a database that is configured as one of `inForce` is that very object.
 * Throws ConfigError.
 */
export async function readConfigAside(file: string, inForce: readonly Database[]): Promise<Config> {
  const known = new Map(inForce.map((database) => [database.id, database]));
  const answer = await ask({ file, known: new Map(inForce.map((one) => [one.id, fingerprintOf(one)])) });
  if ('findings' in answer) throw new ConfigError(answer.findings);
  const databases = answer.databases.map((one) => {
    const same = typeof one === 'string' ? known.get(one) : one;
    if (same === undefined) throw new Error('The configuration could not be read.');
    return same;
  });
  return deepFreeze({ ...answer.config, databases });
}

async function ask(task: Task): Promise<Answer> {
  const worker = new Worker(workerFile, {
    workerData: task,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  });
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
    worker.once('exit', () => reject(new Error('The configuration could not be read.')));
  }).finally(() => void worker.terminate());
  if (!isAnswer(answer)) throw new Error('The configuration could not be read.');
  return answer;
}
