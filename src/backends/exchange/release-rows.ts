/** The last gate before a caller: caps on rows and bytes, the shape the reading predicted, masks, and values as JSON. */

import type { AuthorizedContents } from '../../audit/audit-log.ts';
import type { ColumnInfo, QueryResult, Rows } from '../../model/result.ts';
import type { Access } from '../../sql/access.ts';
import { inTurn } from '../../sql/turns.ts';
import { type Masking, maskingsFor } from '../masks.ts';
import type { Field } from '../protocol/replies.ts';
import type { Type } from '../values/type.ts';
import type { Reply } from './converse.ts';
import { ReleasedRows } from './released-rows.ts';

export interface Released {
  readonly columns: readonly ColumnInfo[];
  readonly rows: Rows;
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

/** How many of the rows fit both caps, why not all, their bytes and those of the longest cell. */
interface Capped {
  readonly count: number;
  readonly cut: QueryResult['cut'];
  readonly bytes: number;
  readonly longest: number;
}

/** Cells that are gone through at a time: a matter of two milliseconds. */
const cellsAtOnce = 16_384;

/** Each call goes on with some more rows, and answers once there are no others. Throws RangeError on a row that is not whole. */
function capping(
  { rows, fields }: Reply,
  overflow: boolean,
  limits: { readonly maxRows: number; readonly maxBytes: number },
): () => Capped | undefined {
  let [bytes, count, longest] = [0, 0, 0];
  const cursor = rows.cursor();
  const end = (cut: QueryResult['cut']): Capped => ({ count, cut, bytes, longest });
  return () => {
    for (let cells = 0; cells < cellsAtOnce; cells += fields.length + 1) {
      if (!cursor.next()) return end(overflow ? 'bytes' : 'none');
      const size = cursor.end - cursor.start;
      if (count >= limits.maxRows) return end('rows');
      if (bytes + size > limits.maxBytes) return end('bytes');
      if (cursor.width !== fields.length) throw new RangeError('a row has other columns than were announced');
      for (let column = 0; column < fields.length; column++) longest = Math.max(longest, cursor.cell());
      bytes += size;
      count += 1;
    }
    return undefined;
  };
}

async function cap(query: AuthorizedContents, reply: Reply, overflow: boolean): Promise<Capped> {
  const goOn = capping(reply, overflow, query.decision.obligations.limits);
  let capped = goOn();
  while (capped === undefined) capped = await inTurn(query.request.call.principal, goOn);
  return capped;
}

/** Turns a judged reply into an answer. Throws POLICY_DENIED where a mask cannot be confirmed. */
export async function releaseRows(
  query: AuthorizedContents,
  reply: Reply,
  overflow: boolean,
  typeOf: (oid: number) => Type,
  maskKey: Buffer,
): Promise<Released> {
  const maskings: ReadonlyMap<number, Masking> = maskingsFor(query, reply.fields, maskKey);
  const columns = reply.fields.map((field, index) => ({ type: typeOf(field.type), masked: maskings.get(index) }));
  const { count, cut, bytes, longest } = await cap(query, reply, overflow);
  return {
    columns: reply.fields.map(({ name }, index) => ({ name, type: columns[index]?.type.name ?? 'unknown' })),
    rows: new ReleasedRows(reply.rows, count, longest, columns),
    cut,
    bytes,
  };
}
