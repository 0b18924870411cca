/** The MCP conformance suite and a Node that runs it, from npm, kept between runs. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The suite that knows both revisions; it needs `fs.globSync`, so Node 22. */
const suite = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const node = `node-${process.platform}-${process.arch}`;
const nodeVersion = '22.23.3';

const hasNode = Number(process.versions.node.split('.')[0]) >= 22;

/** Named after what is in it: it is there as a whole or not at all. */
const place = resolve(
  import.meta.dirname,
  '../../node_modules/.cache/pgwarden-conformance',
  `${suite.split('@').at(-1)}${hasNode ? '' : `-node-${nodeVersion}`}`,
);

export interface ConformanceTools {
  readonly node: string;
  readonly suite: string;
}

const found: ConformanceTools = {
  node: hasNode ? process.execPath : join(place, 'node_modules', node, 'bin/node'),
  suite: join(place, 'node_modules/@modelcontextprotocol/conformance/dist/index.js'),
};

const isComplete = () => existsSync(found.node) && existsSync(found.suite);

/**
 * Installs what is missing, running none of its scripts; undefined, and a loud line, where that is not possible. Test files
 * that ask at the same time each install beside the place; the first to be done moves its own there.
 */
export async function conformanceTools(): Promise<ConformanceTools | undefined> {
  if (isComplete()) return found;
  await mkdir(dirname(place), { recursive: true });
  const beside = await mkdtemp(`${place}-`);
  const wanted = hasNode ? [suite] : [suite, `${node}@${nodeVersion}`];
  const options = ['--prefix', beside, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  const why = await new Promise<string>((done) => {
    execFile('npm', ['install', ...options, ...wanted], { timeout: 180_000 }, (error) => done(error?.message ?? ''));
  });
  if (why === '') await rename(beside, place).catch(() => undefined); // another was first
  await rm(beside, { recursive: true, force: true });
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
