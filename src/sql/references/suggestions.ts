/** Names near one that is not available, only from what the caller may see: the same work is done for hidden and missing ones. */

import type { NameNotAvailable, Sight } from '../name-not-available.ts';
import { quote } from './nodes.ts';
import type { Reading } from './reading.ts';

const most = 3;

/** At most three, nearest first. Relations are looked for everywhere, columns in the relations the statement has reached. */
export function nearNames(reading: Reading, { written, nameKind }: NameNotAvailable, sight: Sight): readonly string[] {
  const wanted = lastPart(written);
  if (wanted.length < 3) return [];
  const candidates =
    nameKind === 'relation'
      ? relationNames(reading, wanted)
      : nameKind === 'column'
        ? columnNames(reading, wanted)
        : [];
  const near: { readonly text: string; readonly edits: number }[] = [];
  for (const { text, edits, visible } of candidates) if (visible(sight)) near.push({ text, edits });
  const sorted = near.sort((a, b) => a.edits - b.edits || (a.text < b.text ? -1 : 1)).map(({ text }) => text);
  return [...new Set(sorted)].slice(0, most);
}

interface Candidate {
  readonly text: string;
  readonly edits: number;
  readonly visible: (sight: Sight) => boolean;
}

/** The name without its qualifiers and quotes. */
const lastPart = (written: string): string =>
  (
    /(?:"((?:[^"]|"")*)"|([^".]*))$/
      .exec(written)
      ?.slice(1)
      .find((part) => part !== undefined) ?? ''
  ).toLowerCase();

function* relationNames({ catalog }: Reading, wanted: string): Generator<Candidate> {
  for (const relation of catalog.relations()) {
    if (relation.kind === 'composite') continue;
    const edits = distance(wanted, relation.name.toLowerCase());
    if (edits === undefined) continue;
    const bare = catalog.relation(undefined, relation.name)?.oid === relation.oid;
    const text = bare ? quote(relation.name) : `${quote(relation.schema)}.${quote(relation.name)}`;
    const columns = () => catalog.columns(relation).map(({ name }) => name);
    yield { text, edits, visible: (sight) => sight.relation(relation.schema, relation.name, columns()) };
  }
}

function* columnNames({ catalog, relations }: Reading, wanted: string): Generator<Candidate> {
  for (const { relation } of relations.values()) {
    for (const { name } of catalog.columns(relation)) {
      const edits = distance(wanted, name.toLowerCase());
      if (edits !== undefined)
        yield { text: quote(name), edits, visible: (sight) => sight.column(relation.schema, relation.name, name) };
    }
  }
}

/** Edits between two names where there are at most two (one in short names), a swap of neighbours counting as one; undefined beyond. */
function distance(a: string, b: string): number | undefined {
  if (a === b || Math.abs(a.length - b.length) > 2) return a === b ? 0 : undefined;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          (row[j - 1] ?? 0) + (same ? 0 : 1),
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    if (Math.min(...next) > 2) return undefined;
    before = row;
    row = next;
  }
  const edits = row[b.length] ?? 3;
  // in a short name two slips make another word
  return edits <= (a.length > 5 ? 2 : 1) ? edits : undefined;
}
