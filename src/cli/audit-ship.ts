/** `pgwarden audit ship`: a process of its own that copies the log elsewhere; no query ever waits for it. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ShipLag } from '../audit/ship-lag.ts';
import type { ShipSettings } from '../config/config.ts';
import { takeSeries } from '../shipping/series.ts';
import { createShipper, type Pass, type Shipper, settleTime } from '../shipping/shipper.ts';
import { ShipFailed } from '../shipping/target.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { behind, readLag } from './audit-ship-lag.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { createLog, type Log } from './log.ts';

export interface ShipOptions extends AuditOptions {
  readonly once?: boolean;
  readonly status?: boolean;
}

/** Milliseconds between two attempts while the target does not take anything; doubled up to the longest. */
const firstRetry = 1_000;
const longestRetry = 60_000;

/** Runs until SIGTERM or SIGINT, or, with `--once`, until everything that is there is shipped. */
export async function auditShip(options: ShipOptions, deps: CommandDeps, signal?: AbortSignal): Promise<void> {
  const { audit, log: logging } = await deps.loadConfig(options.config);
  const { ship } = audit;
  if (ship === undefined)
    throw new CommandError(
      'The configuration does not say where to ship the log to.',
      2,
      'Add under audit: ship: { to: s3, bucket: NAME, region: REGION }.',
    );
  const root = options.directory ?? audit.directory;
  if (options.status === true) return showStatus(await auditDirectory(options, deps), ship, options, deps);
  const series = await takeSeries(root);
  if (series === undefined) throw new CommandError('Another process ships this log already.', 1);
  const log = createLog(logging.level);
  const target = await deps.openShipTarget(ship, series.name);
  try {
    const shipper = createShipper({ root, target, report: (message) => log.error(message) });
    if (options.once === true) await shipOnce(shipper, options, deps);
    else await shipOn(shipper, ship.every, log, signal ?? untilStopped());
  } finally {
    target.close();
    await series.release();
    await log.flush();
  }
}

/** Exit 0: all that was there is shipped; 1: the target did not take it, or a log cannot be read; 3: a log contradicts its copy. */
async function shipOnce(shipper: Shipper, options: ShipOptions, deps: CommandDeps): Promise<void> {
  try {
    await sleep(settleTime); // what was written just now is old enough then
    const pass = await shipper.pass();
    deps.terminal.out(options.json === true ? JSON.stringify(pass) : passLine(pass));
    deps.exitWith(pass.contradicted.length > 0 ? 3 : pass.unreadable.length > 0 ? 1 : 0);
  } catch (error) {
    if (!(error instanceof ShipFailed)) throw error;
    throw new CommandError(error.message, 1, 'What was acknowledged before is not sent again.');
  }
}

function passLine({ lines, bytes, contradicted, unreadable }: Pass): string {
  const stopped = contradicted.length === 0 ? '' : `; NOT SHIPPED, contradicted: ${contradicted.join(', ')}`;
  const unread = unreadable.length === 0 ? '' : `; NOT SHIPPED, cannot be read: ${unreadable.join(', ')}`;
  return `Shipped ${lines} records, ${bytes} bytes${stopped}${unread}.`;
}

async function shipOn(shipper: Shipper, every: number, log: Log, signal: AbortSignal): Promise<void> {
  let retry = firstRetry;
  while (!signal.aborted) {
    let pause = every;
    try {
      const { lines, bytes } = await shipper.pass();
      if (lines > 0) log.info('shipped', { lines, bytes });
      retry = firstRetry;
    } catch (error) {
      // whatever it was, a full disk under the cursors say: nothing is lost by trying again, and much by giving up
      log.warn(error instanceof Error ? error.message : String(error), { retry_in_ms: retry });
      pause = retry;
      retry = Math.min(retry * 2, longestRetry);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}

async function showStatus(
  root: string,
  { name }: ShipSettings,
  options: ShipOptions,
  { terminal }: CommandDeps,
): Promise<void> {
  const { lags, seconds } = await readLag(root, name);
  if (options.json === true)
    terminal.out(JSON.stringify({ target: name, lag_seconds: seconds, logs: lags }, undefined, 2));
  else for (const line of [`${name}: ${behind(seconds)}`, ...lags.map(lagLine)]) terminal.out(line);
}

function lagLine({ id, instance, shipped, waitingSince }: ShipLag): string {
  const waiting = waitingSince === undefined ? 'all' : `waiting since ${waitingSince}`;
  return `${id}/${instance}  ${shipped} records shipped, ${waiting}`;
}
