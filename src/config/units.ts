/** Values with a unit as people write them: durations `500ms 30s 5m 1h`, sizes `64KiB 1MiB`, addresses `HOST:PORT`. */

import { z } from 'zod';
import type { ListenAddress } from './config.ts';

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const bytes: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function readUnit(text: string, units: Readonly<Record<string, number>>): number {
  const [, digits = '', unit = ''] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? Number.NaN);
}

/** A duration, e.g. `30s`; becomes milliseconds. Never zero: PostgreSQL reads a timeout of 0 as "none". */
export const duration = z
  .string({ error: 'must be a duration such as 500ms, 30s, 5m or 1h' })
  .regex(/^[1-9]\d{0,8}(ms|s|m|h)$/, { error: 'must be a duration such as 500ms, 30s, 5m or 1h' })
  .transform((text) => readUnit(text, milliseconds));

/** A size, e.g. `1MiB`; becomes bytes. */
export const size = z
  .string({ error: 'must be a size such as 64KiB or 1MiB' })
  .regex(/^[1-9]\d{0,8}(B|KiB|MiB|GiB)$/, { error: 'must be a size such as 64KiB or 1MiB' })
  .transform((text) => readUnit(text, bytes));

const addressPattern = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/;
const addressError = 'must be HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000';

/** Reads `HOST:PORT`; undefined when it is not one. */
export function readAddress(text: string): ListenAddress | undefined {
  const [, v6, name, digits] = addressPattern.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  return host === undefined || !(port <= 65_535) ? undefined : { host, port };
}

/** A listen address; port 0 lets the system choose. */
export const address = z.string({ error: addressError }).transform((text, context): ListenAddress => {
  const read = readAddress(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: addressError });
  return z.NEVER;
});

/** Whether only this machine can reach the address. A name other than `localhost` is not believed to be local. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
