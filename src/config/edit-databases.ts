/** Adds a database to a configuration text, or takes one out: everything else of it stays as its author wrote it, comments too. */

import { type Document, isMap, parseDocument, YAMLMap } from 'yaml';

/** Lines are never folded, and nothing outside the entry is written in another style. */
const style = { lineWidth: 0, flowCollectionPadding: true } as const;

function read(text: string): Document {
  return parseDocument(text, { version: '1.2', merge: false });
}

/** Whether the text itself holds the database: not a file it includes. */
export function holdsDatabase(text: string, id: string): boolean {
  return read(text).hasIn(['databases', id]);
}

/** The text with the entry last among its databases; `keys` as they stand in the file. The text is one that loads. */
export function withDatabase(text: string, id: string, keys: Readonly<Record<string, unknown>>): string {
  const document = read(text);
  const known = document.get('databases');
  const databases = isMap(known) ? known : new YAMLMap();
  // an empty { } would keep what is added on its line
  if (databases.items.length === 0) databases.flow = false;
  databases.set(document.createNode(id), document.createNode(keys));
  if (databases !== known) document.set('databases', databases);
  return document.toString(style);
}

/** The text without the entry and the comment above it. Throws where something else of the file refers to it. */
export function withoutDatabase(text: string, id: string): string {
  const document = read(text);
  document.deleteIn(['databases', id]);
  return document.toString(style);
}
