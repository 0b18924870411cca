/** Takes API keys out of a configuration text, or of a file of keys: everything else stays as its author wrote it. */

import { type Document, isMap, isSeq, parseDocument } from 'yaml';

const style = { lineWidth: 0, flowCollectionPadding: true } as const;

/** The list of keys: in its place in a configuration, or the whole of a file of keys. */
function listIn(document: Document): unknown {
  return isSeq(document.contents) ? document.contents : document.getIn(['server', 'auth', 'keys']);
}

/** The text without the entries of these hashes; undefined where it holds none of them. */
export function withoutKeys(text: string, hashes: ReadonlySet<string>): string | undefined {
  const document = parseDocument(text, { version: '1.2', merge: false });
  const list = listIn(document);
  if (!isSeq(list)) return undefined;
  const left = list.items.filter((item) => !(isMap(item) && hashes.has(String(item.get('sha256')))));
  if (left.length === list.items.length) return undefined;
  list.items = left;
  if (left.length === 0) list.flow = true; // a block list without entries would read as null
  return document.toString(style);
}
