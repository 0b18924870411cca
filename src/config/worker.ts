/** The worker that reads a configuration aside: a thousand databases take longer than a caller should notice. */

import { parentPort, workerData } from 'node:worker_threads';
import { ConfigError, type Finding } from './findings.ts';
import { loadConfig } from './load-config.ts';

function read(file: string): { readonly config: unknown } | { readonly findings: readonly Finding[] } {
  try {
    return { config: loadConfig(file) };
  } catch (thrown) {
    if (thrown instanceof ConfigError) return { findings: thrown.findings };
    throw thrown;
  }
}

if (typeof workerData === 'string') parentPort?.postMessage(read(workerData));
