/** Turns the grammar's byte offsets (UTF-8, from 0) into what callers are told: characters (code points, from 1). */

/** Gives the position of a byte offset; an offset before the text (the grammar's -1 for "unknown") has none. */
export type PositionOf = (byteOffset: number) => number | undefined;

/** Prepares the positions of one text. Free for ASCII; for other texts the table is made on the first question. */
export function createPositions(sql: string): PositionOf {
  const bytes = Buffer.byteLength(sql, 'utf8');
  if (bytes === sql.length) return (offset) => (offset < 0 ? undefined : Math.min(offset, bytes) + 1);
  let table: Uint32Array | undefined;
  return (offset) => {
    if (offset < 0) return undefined;
    table ??= characterTable(sql, bytes);
    return table[Math.min(offset, bytes)];
  };
}

/** For each byte, the 1-based character it belongs to; one entry more for the end of the text. */
function characterTable(sql: string, bytes: number): Uint32Array {
  const table = new Uint32Array(bytes + 1);
  let offset = 0;
  let position = 1;
  for (const character of sql) {
    const end = offset + Buffer.byteLength(character, 'utf8');
    table.fill(position, offset, end);
    offset = end;
    position += 1;
  }
  table[bytes] = position;
  return table;
}
