/** An answer with its rows read, after a look that their JSON says the same. */

import { isDeepStrictEqual } from 'node:util';
import { readRows } from '../../src/model/read-rows.ts';
import type { ColumnInfo, Json, Rows } from '../../src/model/result.ts';
import { rowObjects } from '../../src/tools/rows.ts';

interface Rowed {
  readonly columns: readonly ColumnInfo[];
  readonly rows: Rows;
}

export type Read<Answer extends Rowed> = Omit<Answer, 'rows'> & { readonly rows: readonly (readonly Json[])[] };

export async function read<Answer extends Rowed>(answering: Promise<Answer>): Promise<Read<Answer>> {
  const answer = await answering;
  const rows = await readRows(answer.rows);
  if (rows.length !== answer.rows.length) throw new Error('not as many rows as said');
  if (answer.rows.json !== undefined) {
    const names = answer.columns.map((_column, index) => `${index}: "ü"`); // told apart, and in need of quotes
    const text = `[${[...answer.rows.json(names, 50, false)].join('')}]`;
    const quoted = `"[${[...answer.rows.json(names, 50, true)].join('')}]"`;
    const written = JSON.parse(text);
    if (JSON.parse(quoted) !== text) throw new Error(`quoted as ${quoted}`);
    const meant = JSON.parse(JSON.stringify(rowObjects(names, rows)));
    if (!isDeepStrictEqual(written, meant))
      throw new Error(`written ${JSON.stringify(written)}, read ${JSON.stringify(meant)}`);
  }
  return { ...answer, rows };
}
