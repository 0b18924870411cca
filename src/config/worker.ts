/** The worker that reads a configuration aside: a thousand databases take longer than a caller should notice. */

import { parentPort, workerData } from 'node:worker_threads';
import { type Answer, isTask, type Task } from './aside.ts';
import { ConfigError } from './findings.ts';
import { fingerprintOf } from './fingerprint.ts';
import { loadConfig } from './load-config.ts';

function read({ file, known }: Task): Answer {
  try {
    const { databases, ...config } = loadConfig(file);
    return { config, databases: databases.map((one) => (known.get(one.id) === fingerprintOf(one) ? one.id : one)) };
  } catch (thrown) {
    if (thrown instanceof ConfigError) return { findings: thrown.findings };
    throw thrown;
  }
}

if (isTask(workerData)) parentPort?.postMessage(read(workerData));
