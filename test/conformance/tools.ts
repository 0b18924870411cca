/** The MCP conformance suite and a Node that runs it, from npm, kept between runs. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The suite that knows both revisions; it needs `fs.globSync`, so Node 22. */
const suite = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const node = `node-${process.platform}-${process.arch}`;
const nodeVersion = '22.23.3';

const place = resolve(import.meta.dirname, '../../node_modules/.cache/pgwarden-conformance');

export interface ConformanceTools {
  readonly node: string;
  readonly suite: string;
}

const found: ConformanceTools = {
  node:
    Number(process.versions.node.split('.')[0]) >= 22
      ? process.execPath
      : join(place, 'node_modules', node, 'bin/node'),
  suite: join(place, 'node_modules/@modelcontextprotocol/conformance/dist/index.js'),
};

const isComplete = () => existsSync(found.node) && existsSync(found.suite);

/** Installs what is missing, running none of its scripts; undefined, and a loud line, where that is not possible. */
export async function conformanceTools(): Promise<ConformanceTools | undefined> {
  if (isComplete()) return found;
  await mkdir(place, { recursive: true });
  const wanted = existsSync(found.node) ? [suite] : [suite, `${node}@${nodeVersion}`];
  const options = ['--prefix', place, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  const why = await new Promise<string>((done) => {
    execFile('npm', ['install', ...options, ...wanted], { timeout: 180_000 }, (error) => done(error?.message ?? ''));
  });
  if (isComplete()) return found;
  process.stderr.write(
    `\n*** THE MCP CONFORMANCE SUITE WAS NOT RUN: it could not be installed. ${why.split('\n')[0]} ***\n\n`,
  );
  return undefined;
}

/** Runs the suite; resolves with all it printed, whatever its exit code. */
export function runSuite(tools: ConformanceTools, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done) => {
    execFile(
      tools.node,
      [tools.suite, ...args],
      { cwd, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 },
      (_error, out, err) => done(out + err),
    );
  });
}
