/** Programs of tests that are to be killed: bundled once, started as a process of their own, heard line by line. */

import { spawn } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

const folder = resolve(import.meta.dirname, '../../node_modules/.cache/pgwarden-test');

/** Where the bundle of `source` (a path to a .ts file) is put; `buildProgram` puts it there. */
export const programOf = (source: string): string => resolve(folder, `${basename(source, '.ts')}.mjs`);

export async function buildProgram(source: string): Promise<void> {
  await build({
    entryPoints: [source],
    outfile: programOf(source),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
}

/** What the program said in whole lines of JSON, until it ended by itself or by a kill. */
export function heardFrom<Line>(program: string, args: readonly string[]): Promise<readonly Line[]> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((done) =>
    child.on('close', () =>
      done(
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line)),
      ),
    ),
  );
}
