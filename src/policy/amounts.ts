/** Amounts of limit rows: rows as a number, bytes as a size, time as a duration. */

const sizes: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Rows, bytes or milliseconds; undefined for what is no amount, is zero, or has a unit that does not fit. */
export function readAmount(what: 'rows' | 'bytes' | 'time', text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,12})\s*([A-Za-z]*)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { rows: { '': 1 }, bytes: sizes, time: durations }[what];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  const value = Number(digits) * (factor ?? 0);
  return digits !== '' && factor !== undefined && value > 0 && Number.isSafeInteger(value) ? value : undefined;
}
