/** The kinds of value that records are made of. */

import { z } from 'zod';

export const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const text = (max: number) => z.string().max(max);
export const name = text(256);
export const callId = text(64);
export const ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
export const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
