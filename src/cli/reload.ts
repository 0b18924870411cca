/** Keeps a running server at what its files say: a change is noticed or announced with SIGHUP, read aside, and put in force. */

import type { Config } from '../config/config.ts';
import type { Change, Fleet } from '../fleet/fleet.ts';
import { watchDirectories } from '../fleet/watch.ts';
import { BrokerError } from '../model/errors.ts';
import type { Log } from './log.ts';

export interface ReloadingOptions {
  readonly fleet: Fleet;
  /** Reads every file anew, with the command line's own words over it. Throws ConfigError. */
  readonly read: () => Promise<Config>;
  /** Tells clients that what they may do can be another thing now. */
  readonly announce: () => void;
  readonly log: Log;
}

export interface Reloading {
  /** Reads and applies now. Resolves with whether the files are in force. */
  readonly now: () => Promise<boolean>;
  readonly close: () => void;
}

/** One reload at a time; what changes meanwhile is read by the next. */
export function keepReloading({ fleet, read, announce, log }: ReloadingOptions): Reloading {
  let tail: Promise<unknown> = Promise.resolve();
  const watching = watchDirectories(() => void enqueue(false));
  watching.set(fleet.config().watched);

  async function reload(asked: boolean): Promise<boolean> {
    try {
      const next = await read();
      const holdPolicies = !asked && next.policy.kind === 'files' && next.policy.reload !== 'automatic';
      const change = await fleet.apply(next, { holdPolicies });
      watching.set(next.watched);
      if (change !== undefined) tell(change, log);
      if (change !== undefined) announce();
      return true;
    } catch (thrown) {
      const reason = reasonOf(thrown);
      log.error('the changed configuration is not applied; the one before stays in force', { reason });
      await fleet.refuse(reason);
      return false;
    }
  }

  function enqueue(asked: boolean): Promise<boolean> {
    const turn = tail.then(() => reload(asked));
    tail = turn;
    return turn;
  }

  const onHangUp = () => void enqueue(true);
  process.on('SIGHUP', onHangUp);
  return {
    now: () => enqueue(true),
    close() {
      process.off('SIGHUP', onHangUp);
      watching.close();
    },
  };
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof BrokerError) return `${thrown.code}: ${thrown.message}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Names up to this many databases of each kind; a log line is not a list. */
const named = 20;

function tell({ added, changed, removed, policies, needsRestart }: Change, log: Log): void {
  const some = (ids: readonly string[]) => (ids.length > named ? [...ids.slice(0, named), `… ${ids.length}`] : ids);
  const facts = { added: some(added), changed: some(changed), removed: some(removed), policies: some(policies) };
  log.info('configuration reloaded', facts);
  if (needsRestart.length > 0) log.warn('these sections are read when the server starts', { needsRestart });
}
