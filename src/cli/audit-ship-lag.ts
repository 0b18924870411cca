/** How far behind the copy of the log elsewhere is, as the auditor's commands say it. */

import { createShipLagReader, longestWait, type ShipLag } from '../audit/ship-lag.ts';

/** Of every log under the directory, and the longest wait among them in seconds. */
export async function readLag(
  root: string,
  target: string,
): Promise<{ readonly lags: readonly ShipLag[]; readonly seconds: number }> {
  const lags = await createShipLagReader(root, target).read();
  return { lags, seconds: longestWait(lags, Date.now()) / 1000 };
}

export const behind = (seconds: number) => (seconds === 0 ? 'nothing waits' : `${seconds.toFixed(1)} s behind`);
