/** The first thing `serve` does: a stdio client that already waits is greeted before anything heavy is loaded. */

import { isSurelyStdio } from '../config/peek.ts';
import { type Greeting, greetEarly } from '../transport/greeting.ts';

export async function greet(flags: Readonly<Record<string, unknown>>, version: string): Promise<Greeting | undefined> {
  const file = typeof flags['config'] === 'string' ? flags['config'] : undefined;
  if (process.stdin.isTTY === true || !isSurelyStdio(file, flags)) return undefined;
  return greetEarly(process.stdin, process.stdout, version);
}
