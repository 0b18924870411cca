/** Arguments and cells that several tools share, each written once. */

import { z } from 'zod';
import type { Json } from '../model/result.ts';

/** Arguments of every tool about one database. */
export const databaseId = z
  .string()
  .min(1)
  .max(128)
  .optional()
  .describe('An id from list_databases; default: the default database.');

export const purpose = z.string().min(1).max(1000).optional().describe('Why, or a ticket; for the audit log.');

export const sqlText = z.string().describe('Exactly one SQL statement.');

export const pattern = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('Only matching names; * and ? are wildcards, case is ignored.');

export const tag = z.string().min(1).max(200).optional().describe('Only databases with this tag.');

export const limit = z.int().min(1).max(500).default(100).describe('How many at most.');

export const cursor = z.string().min(1).max(400).optional().describe('next_cursor of the page before.');

/** Of run_query alone: what a cut result is gone on with. */
export const resultCursor = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('"open" keeps rows that do not fit for the next call; then next_cursor of the answer, with the same sql.');

/**
 * One cell, whatever JSON can say. The published schema names the six kinds side by side instead of recursing
 * (`tools/listing.ts`): a recursive schema is more than many clients read.
 */
export const cell = z.custom<Json>(isJson);

export const columns = z.array(z.object({ name: z.string(), type: z.string() }));

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}
