/** Keeps a running server at what its files say: a change is noticed or announced with SIGHUP, read aside, and put in force. */

import type { Config } from '../config/config.ts';
import type { Change, Fleet, ReloadOptions } from '../fleet/fleet.ts';
import type { Hold, Waiting } from '../fleet/holding.ts';
import type { Watch } from '../fleet/watch.ts';
import { BrokerError } from '../model/errors.ts';
import type { Log } from './log.ts';
import type { Signals } from './signals.ts';

export interface ReloadingOptions {
  readonly fleet: Fleet;
  /** Reads every file anew, with the command line's own words over it. Throws ConfigError. */
  readonly read: (inForce: Config) => Promise<Config>;
  /** Reads what the transport needs of changed settings, and resolves with what puts them in force. */
  readonly prepare: (config: Config) => Promise<() => void>;
  /** Tells clients that what they may do can be another thing now. */
  readonly announce: () => void;
  readonly log: Log;
  /** Of the files in force, since the start: what changes while everything is made ready is not lost. */
  readonly watching: Watch;
  readonly onHangUp: Signals['onHangUp'];
}

type Reload = (modes: readonly Mode[]) => ReloadOptions;

export interface Reloading {
  /**
   * Applies the change that waits, if it is still the one an operator saw (`digest`). `by` says who that was.
   */
  readonly applyWaiting: (digest: string, by: string) => Promise<Applied>;
  /** Reads and applies the files now; resolves when they are in force, or with why they are not. */
  readonly now: () => Promise<Reloaded>;
  readonly close: () => void;
}

export interface Reloaded {
  readonly configuration: 'in_force' | 'refused';
  readonly reason?: string;
  /** Databases with a change that waits for an operator. */
  readonly waiting: number;
  /** SHA-256 over every policy in force: equal on replicas that decide alike. */
  readonly policies: string;
}

/** `changed`: the files say something else by now; `refused`: they hold what cannot be put in force. */
export type Applied = 'applied' | 'nothing' | 'changed' | 'refused';

type Mode = Extract<Config['policy'], { readonly kind: 'files' }>['reload'];

const modeOf = ({ policy }: Config): Mode => (policy.kind === 'files' ? policy.reload : 'automatic');

function holdOf(modes: readonly Mode[], asked: boolean): Hold {
  if (modes.includes('manual') && !asked) return 'policies';
  return modes.includes('narrowing') ? 'widening' : 'nothing';
}

/** One reload at a time; what changes meanwhile is read by the next. */
export function keepReloading({
  fleet,
  read,
  prepare,
  announce,
  log,
  watching,
  onHangUp,
}: ReloadingOptions): Reloading {
  let tail: Promise<unknown> = Promise.resolve();
  /** In force until nothing waits any more: loosening the setting lets nothing through that came before or with it. */
  let modes: readonly Mode[] = [modeOf(fleet.config())];

  /** The databases whose waiting change was applied; undefined when the files cannot be put in force. */
  async function reload(how: Reload): Promise<readonly string[] | undefined> {
    try {
      const next = await read(fleet.config());
      const before = fleet.state().waiting?.digest;
      const adopt = await prepare(next);
      const change = await fleet.apply(next, how([...modes, modeOf(next)]));
      adopt();
      watching.set(next.watched);
      modes = fleet.state().waiting === undefined ? [modeOf(next)] : [...new Set([...modes, modeOf(next)])];
      if (change !== undefined) tell(change, log);
      if (change !== undefined) announce();
      const { waiting } = fleet.state();
      if (waiting !== undefined && waiting.digest !== before) tellWaiting(waiting, log);
      return change?.released ?? [];
    } catch (thrown) {
      const reason = reasonOf(thrown);
      log.error('the changed configuration is not applied; the one before stays in force', { reason });
      await fleet.refuse(reason);
      return undefined;
    }
  }

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const turn = tail.then(work);
    tail = turn;
    return turn;
  }

  const follow = (asked: boolean) => () => reload((now) => ({ hold: holdOf(now, asked) }));

  /** The files are read again, and what they say now is compared with what was seen. */
  async function applyWaiting(digest: string, by: string): Promise<Applied> {
    const released = await reload((now) => ({ hold: holdOf(now, false), approve: digest, by }));
    if (released === undefined) return 'refused';
    if (released.length > 0) return 'applied';
    return fleet.state().waiting === undefined ? 'nothing' : 'changed';
  }

  async function now(): Promise<Reloaded> {
    await follow(true)();
    const { configuration, reason, waiting } = fleet.state();
    const said = reason === undefined || configuration === 'in_force' ? {} : { reason };
    return { configuration, ...said, waiting: waiting?.changes.length ?? 0, policies: fleet.policies() };
  }

  watching.listen(() => void enqueue(follow(false)));
  onHangUp(() => void enqueue(follow(true)));
  return {
    now: () => enqueue(now),
    applyWaiting: (digest, by) => enqueue(() => applyWaiting(digest, by)),
    close: () => onHangUp(() => undefined),
  };
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof BrokerError) return `${thrown.code}: ${thrown.message}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function tellWaiting({ changes, digest }: Waiting, log: Log): void {
  const some = changes.slice(0, named).map(({ database, more }) => ({ database, more: more.slice(0, named) }));
  log.warn('a change waits for pgwarden policy apply; what was in force before still is', { digest, changes: some });
}

/** Names up to this many databases of each kind; a log line is not a list. */
const named = 20;

function tell({ added, changed, removed, policies, released, needsRestart }: Change, log: Log): void {
  const some = (ids: readonly string[]) => (ids.length > named ? [...ids.slice(0, named), `… ${ids.length}`] : ids);
  const facts = {
    added: some(added),
    changed: some(changed),
    removed: some(removed),
    policies: some(policies),
    released: some(released),
  };
  log.info('configuration reloaded', facts);
  if (needsRestart.length > 0) log.warn('these sections are read when the server starts', { needsRestart });
}
