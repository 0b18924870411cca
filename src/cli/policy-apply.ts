/** `pgwarden policy apply`: shows the change that waits in the running server and puts just that one in force. */

import { userInfo } from 'node:os';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { askStatus, isRecord, post } from './status.ts';

export interface ApplyOptions {
  readonly config?: string;
  readonly show?: boolean;
  readonly digest?: string;
  readonly json?: boolean;
}

interface Waiting {
  readonly digest: string;
  readonly changes: readonly { readonly database: string; readonly more: readonly string[] }[];
}

const strings = (value: unknown) =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

function waitingIn(status: unknown): Waiting | undefined {
  const configuration = isRecord(status) ? status['configuration'] : undefined;
  const waiting = isRecord(configuration) ? configuration['waiting'] : undefined;
  if (!isRecord(waiting)) return undefined;
  const changes = Array.isArray(waiting['changes']) ? waiting['changes'].filter(isRecord) : [];
  return {
    digest: String(waiting['digest']),
    changes: changes.map(({ database, more }) => ({ database: String(database), more: strings(more) })),
  };
}

function print({ digest, changes }: Waiting, out: (text: string) => void): void {
  for (const { database, more } of changes) {
    out(
      `${database}: ${more.length === 0 ? 'another policy, which permits no more than the one in force' : ''}`.trim(),
    );
    for (const one of more) out(`  ${one}`);
  }
  out(`digest ${digest}`);
}

/** The operating system's name for who runs this: the server records it as what it was told. */
function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // the user has no entry here, as in many containers
  }
}

const failures: Readonly<Record<string, string>> = {
  changed: 'the files say something else by now; nothing was applied.',
  refused: 'the files hold what cannot be put in force; nothing was applied.',
  nothing: 'nothing waits any more.',
};

/** Exits with 1 when the change was not applied. */
export async function policyApply(options: ApplyOptions, deps: CommandDeps): Promise<void> {
  const { out } = deps.terminal;
  const waiting = waitingIn(await askStatus(options, deps));
  if (waiting === undefined) return out(options.json === true ? '{"waiting":null}' : 'Nothing waits.');
  if (options.json !== true) print(waiting, out);
  if (options.show === true) {
    if (options.json === true) out(JSON.stringify({ waiting }, undefined, 2));
    return;
  }
  if (options.digest !== undefined && options.digest !== waiting.digest)
    throw new CommandError('another change waits than the one named; nothing was applied.', 1);
  const answer = await post(`/policies/apply/${waiting.digest}`, options, deps, { 'x-operator': operator() });
  const result = isRecord(answer) ? String(answer['result']) : '';
  if (result !== 'applied')
    throw new CommandError(
      failures[result] ?? 'nothing was applied.',
      1,
      'pgwarden policy apply --show tells what waits now.',
    );
  out(options.json === true ? JSON.stringify({ applied: waiting }, undefined, 2) : 'Applied.');
}
