#!/usr/bin/env node
/** The entry. What a command needs is composed in main/, the only room that sees every other, and loaded when it is needed. */

import { readFileSync } from 'node:fs';
import type { CommandDeps } from './cli/deps.ts';
import { runProgram } from './cli/run-program.ts';
import { createTerminal } from './cli/terminal.ts';
import { discoverClusters, emulateAws, examineReach, openShipTarget } from './main/aws.ts';

const version = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}

const loadConfig: CommandDeps['loadConfig'] = async (file, flags) => {
  const { findConfig } = await import('./config/find-config.ts');
  return findConfig(file, flags);
};

const readAside: CommandDeps['readAside'] = async (file, inForce) => {
  const { readConfigAside } = await import('./config/read-aside.ts');
  return readConfigAside(file, inForce);
};

const compose: CommandDeps['compose'] = async (config, log) => {
  const composition = await import('./main/compose.ts');
  return composition.compose(config, log, version);
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // the reader of a pipe has had enough
});
process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  terminal: createTerminal(process.stdout, process.stderr),
  loadConfig,
  readAside,
  compose,
  discoverClusters,
  examineReach,
  emulateAws,
  openShipTarget,
});
