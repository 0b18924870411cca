/** Reading one row of a catalog page: every value is text, and anything else means the page cannot be trusted. */

import { Refusal } from '../model/errors.ts';
import type { Json } from '../model/result.ts';

export type Row = readonly Json[];

function unreadable(index: number): Refusal {
  return new Refusal('CATALOG_UNAVAILABLE', 'The catalog of the database cannot be read.', {
    cause: new Error(`column ${index} of a catalog page is not as expected`),
  });
}

export function textOrNull(row: Row, index: number): string | undefined {
  const value = row[index];
  if (value === null) return undefined;
  if (typeof value !== 'string') throw unreadable(index);
  return value;
}

export function text(row: Row, index: number): string {
  const value = textOrNull(row, index);
  if (value === undefined) throw unreadable(index);
  return value;
}

/** A number, 0 where the value is null. */
export function number(row: Row, index: number): number {
  const value = textOrNull(row, index);
  if (value === undefined || value === '') return 0;
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed)) throw unreadable(index);
  return parsed;
}

export function flag(row: Row, index: number): boolean {
  return text(row, index) === 'true';
}

/** Numbers parted by spaces: an oidvector, or what array_to_string made. */
export function numbers(row: Row, index: number): readonly number[] {
  const value = textOrNull(row, index);
  return value === undefined || value === '' ? [] : value.split(' ').map(Number);
}

/** A JSON array of texts. */
export function texts(row: Row, index: number): readonly string[] {
  const value = textOrNull(row, index);
  if (value === undefined) return [];
  const parsed: unknown = JSON.parse(value);
  if (!Array.isArray(parsed) || !parsed.every((item) => typeof item === 'string')) throw unreadable(index);
  return parsed;
}
