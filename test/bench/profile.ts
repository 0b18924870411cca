/** Where the time of a point query goes: the main thread's samples, by room of the corridor and by part of Node. */

import { access, copyFile, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { basename, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';
import type { Cluster } from '../support/cluster.ts';
import { addressOf } from './contender.ts';
import type { Share } from './figures.ts';
import { load } from './load.ts';
import { pgwarden } from './pgwarden.ts';
import { heading, table } from './report.ts';
import type { Scenario } from './scenarios.ts';

const samples = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
        columnNumber: z.number(),
      }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  /** Microseconds before each sample. */
  timeDeltas: z.array(z.number()),
});
type Profile = z.output<typeof samples>;
type Frame = Profile['nodes'][number]['callFrame'];

const root = resolve(import.meta.dirname, '../..');
const outdir = resolve(root, '.cache/bench/profiled');

/** As build.mjs bundles the product, with maps that lead from its lines to the sources. */
async function bundled(): Promise<string> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: {
      main: resolve(root, 'src/main.ts'),
      'sql-reader': resolve(root, 'src/sql/reader/worker.ts'),
      'config-reader': resolve(root, 'src/config/worker.ts'),
    },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'external',
    sourcesContent: false,
    external: ['libpg-query', 'fs-native-extensions', '@electric-sql/pglite', 'pg-native'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await copyFile(resolve(root, 'package.json'), resolve(outdir, '../package.json')); // where it finds its version
  return resolve(outdir, 'main.js');
}

/** What a line of Node's own belongs to. */
const ofNode: readonly (readonly [RegExp, string])[] = [
  [/^node:_?http|^node:internal\/http/, 'node: HTTP'],
  [/^node:(net|stream|_stream)|^node:internal\/(streams|stream_base)/, 'node: sockets and streams'],
  [
    /^node:(events|buffer|timers)|^node:internal\/(timers|process|abort|event_target|util|buffer)/,
    'node: events, timers, signals',
  ],
  [/^node:(fs|crypto)|^node:internal\/(fs|crypto)/, 'node: files and hashes'],
];

/** System calls, whose time holds that of whoever they woke on the same core. */
const calls: Readonly<Record<string, string>> = {
  writeBuffer: 'system: write',
  writev: 'system: write',
  writeUtf8String: 'system: write',
  writeLatin1String: 'system: write',
  fdatasync: 'system: hand a flush to a thread',
  '(garbage collector)': 'garbage collection',
  '(idle)': 'idle',
};

class Rooms {
  readonly #maps = new Map<string, SourceMap | undefined>();

  async of({ functionName, url, lineNumber, columnNumber }: Frame): Promise<string | undefined> {
    if (calls[functionName] !== undefined) return calls[functionName];
    if (url === 'node:inspector') return 'profiler';
    if (url.startsWith('node:')) return ofNode.find(([pattern]) => pattern.test(url))?.[1] ?? 'node: other';
    if (!url.startsWith('file:')) return undefined; // a function of the engine: whoever called it
    const map = await this.#mapOf(fileURLToPath(url));
    const entry = map?.findEntry(lineNumber, columnNumber);
    if (entry === undefined || !('originalSource' in entry)) return 'other';
    const source = relative(root, resolve(outdir, entry.originalSource));
    const [, room = 'main'] = /^src\/([a-z-]+)\//.exec(source) ?? [];
    if (source.startsWith('src/')) return `src/${room}`;
    const [, name = basename(source)] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
    return name;
  }

  async #mapOf(file: string): Promise<SourceMap | undefined> {
    if (!this.#maps.has(file)) {
      const text = await readFile(`${file}.map`, 'utf8').catch(() => undefined);
      this.#maps.set(file, text === undefined ? undefined : new SourceMap(JSON.parse(text)));
    }
    return this.#maps.get(file);
  }
}

/** Microseconds by room. What the engine does in its own name counts for the function that asked for it. */
async function byRoom({ nodes, samples: taken, timeDeltas }: Profile): Promise<Map<string, number>> {
  const rooms = new Rooms();
  const roomOf = new Map<number, string>();
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  const visit = async (id: number, above: string): Promise<void> => {
    const node = nodeById.get(id);
    if (node === undefined) return;
    const room = (await rooms.of(node.callFrame)) ?? above;
    roomOf.set(id, room);
    for (const child of node.children ?? []) await visit(child, room);
  };
  const [first] = nodes;
  if (first !== undefined) await visit(first.id, 'engine');
  const time = new Map<string, number>();
  for (const [index, id] of taken.entries()) {
    const room = roomOf.get(id) ?? 'engine';
    time.set(room, (time.get(room) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return time;
}

async function take(cluster: Cluster, scenario: Scenario, file: string) {
  const program = await bundled();
  const env = {
    NODE_OPTIONS: `--import=${resolve(import.meta.dirname, 'profiler.mjs')}`,
    PROFILE_FILE: file,
  };
  const server = await pgwarden(addressOf(cluster), scenario, { env, program });
  const run = (seconds: number) =>
    load((caller) => server.call(caller, scenario.next()), scenario.callers, seconds * 1000);
  await run(8);
  process.kill(server.pid, 'SIGUSR2');
  const { calls: count } = await run(8);
  process.kill(server.pid, 'SIGUSR2');
  while (
    !(await access(file).then(
      () => true,
      () => false,
    ))
  )
    await sleep(100); // another process's file has no event
  await server.close();
  return { count, profile: samples.parse(JSON.parse(await readFile(file, 'utf8'))) };
}

/** Rooms that take less are told together. */
const least = 0.01;

export async function profile(cluster: Cluster, scenario: Scenario): Promise<readonly Share[]> {
  const file = resolve(root, `.cache/bench/${process.pid}.cpuprofile`);
  const { count, profile: taken } = await take(cluster, scenario, file).finally(() => rm(file, { force: true }));
  const time = await byRoom(taken);
  for (const nothing of ['idle', 'profiler']) time.delete(nothing);
  const all = [...time.values()].reduce((sum, part) => sum + part, 0);
  const shares = [...time]
    .map(([what, part]): Share => ({ what, microseconds: part / count, share: part / all }))
    .sort((a, b) => b.share - a.share);
  const small = shares.filter(({ share }) => share < least);
  const together = {
    what: 'all else',
    microseconds: small.reduce((sum, { microseconds }) => sum + microseconds, 0),
    share: small.reduce((sum, { share }) => sum + share, 0),
  };
  const told = [...shares.filter(({ share }) => share >= least), together];
  heading(`${scenario.name}: the main thread by room, ${count} calls`);
  table([
    ['', 'µs a call', 'share'],
    ...told.map(({ what, microseconds, share }) => [what, microseconds, `${(100 * share).toFixed(1)} %`]),
  ]);
  return told;
}
