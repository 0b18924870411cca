/** The last gate before a caller: caps on rows and bytes, the shape the reading predicted, masks, and values as JSON. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuthorizedContents } from '../../audit/audit-log.ts';
import type { ColumnInfo, Json, QueryResult } from '../../model/result.ts';
import type { Access } from '../../sql/access.ts';
import { type Masking, maskingsFor } from '../masks.ts';
import { type Field, readCells } from '../protocol/replies.ts';
import { decoderFor } from '../values/decode.ts';
import type { Type } from '../values/type.ts';
import type { Reply } from './converse.ts';

export interface Released {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly (readonly Json[])[];
  readonly cut: QueryResult['cut'];
  readonly bytes: number;
}

/**
 * Whether the result has the columns the reading predicted: count, names, and origin where both know one (the server
 * knows none for set operations and some joins). An origin that only the server knows must at least be a column that the
 * reading found to be read: the permit is for those alone.
 */
export function hasPredictedShape({ access }: AuthorizedContents, fields: readonly Field[]): boolean {
  if (access.output === undefined) return true;
  if (access.output.length !== fields.length) return false;
  return access.output.every(({ name, origin }, index) => {
    const field = fields[index];
    if (field === undefined || field.name !== name) return false;
    if (field.table === 0) return true;
    if (origin === undefined) return isRead(access, field);
    return field.table === origin.oid && field.attnum === origin.attnum;
  });
}

function isRead({ relations }: Access, { table, attnum }: Field): boolean {
  return relations.some(({ oid, columns }) => oid === table && columns.some((column) => column.attnum === attnum));
}

/** How many of the rows fit both caps, why not all, and their bytes. */
function cap(reply: Reply, overflow: boolean, limits: { readonly maxRows: number; readonly maxBytes: number }) {
  let bytes = 0;
  for (const [index, row] of reply.rows.entries()) {
    if (index >= limits.maxRows) return { count: index, cut: 'rows', bytes } as const;
    if (bytes + row.length > limits.maxBytes) return { count: index, cut: 'bytes', bytes } as const;
    bytes += row.length;
  }
  return { count: reply.rows.length, cut: overflow ? 'bytes' : 'none', bytes } as const;
}

/** Bytes of rows that are turned into values before other calls have their turn: some milliseconds of the densest ones. */
const sliceBytes = 64 * 1024;

const emptied = Buffer.alloc(0);

/** Gives up each body as it is read, so that a large result is not held twice. */
async function decodeRows<Row>(bodies: Buffer[], decode: (body: Buffer) => Row): Promise<Row[]> {
  const rows: Row[] = [];
  let left = sliceBytes;
  for (const [index, body] of bodies.entries()) {
    if (left <= 0) {
      await nextTurn();
      left = sliceBytes;
    }
    rows.push(decode(body));
    bodies[index] = emptied;
    left -= body.length;
  }
  return rows;
}

/** Turns the rows of a judged reply, which gives them up, into an answer. Rejects with POLICY_DENIED where a mask cannot be confirmed. */
export async function releaseRows(
  query: AuthorizedContents,
  reply: Reply,
  overflow: boolean,
  typeOf: (oid: number) => Type,
  maskKey: Buffer,
): Promise<Released> {
  const types = reply.fields.map((field) => typeOf(field.type));
  const maskings: ReadonlyMap<number, Masking> = maskingsFor(query, reply.fields, maskKey);
  const readers = types.map((type, index) => maskings.get(index) ?? decoderFor(type));
  const { count, cut, bytes } = cap(reply, overflow, query.decision.obligations.limits);
  const rows = await decodeRows(reply.rows.splice(0).slice(0, count), (body) => {
    const row: Json[] = [];
    readCells(body, (text, column) => row.push(text === null ? null : (readers[column]?.(text) ?? null)));
    return row;
  });
  const columns = reply.fields.map((field, index) => ({ name: field.name, type: types[index]?.name ?? 'unknown' }));
  return { columns, rows, cut, bytes };
}
