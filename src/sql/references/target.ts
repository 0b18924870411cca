/** The one relation a call is about (get_table_schema), named by a parameter instead of by a statement. */

import { findRelation } from './from/range-var.ts';
import { qualifiedName } from './nodes.ts';
import type { Reading } from './reading.ts';

const identifier = /^(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/u;

/** Parts of `t`, `s.t`, `d.s.t`, plain ones folded to lower case; undefined where the text is no such name. */
function partsOf(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = text.trim();
  for (;;) {
    const found = identifier.exec(rest);
    if (found === null) return undefined;
    parts.push(truncate(found[1]?.replaceAll('""', '"') ?? found[2]?.toLowerCase() ?? ''));
    rest = rest.slice(found[0].length);
    if (rest === '') return parts.length <= 3 ? parts : undefined;
    if (!rest.startsWith('.')) return undefined;
    rest = rest.slice(1);
  }
}

/** PostgreSQL keeps 63 bytes of a name, whole characters only. */
function truncate(name: string): string {
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > 63) return kept;
    kept += character;
  }
  return kept;
}

/** Notes the relation with all its columns. */
export function readTarget(reading: Reading, written: string): void {
  const parts = partsOf(written);
  const name = parts === undefined ? reading.unbound(written, 'relation', 0) : qualifiedName(parts);
  const relation = findRelation(reading, { ...name, written }, 0);
  const draft = reading.relation(relation, 'select', written, 0);
  for (const column of reading.catalog.columns(relation)) reading.column(draft, column, 0).otherUse = true;
}
