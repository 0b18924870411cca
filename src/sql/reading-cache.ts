/** Readings of texts that came before: frozen once they are shared, keyed by the exact text and what was asked of it, bounded in bytes. Decisions are never kept here. */

import type { Verdict } from './read-only-rules.ts';
import type { Tree } from './statement.ts';

/** What a text is, whoever sends it. */
export interface Reading {
  readonly tree: Tree;
  readonly verdict: Verdict;
}

export interface ReadingCache {
  readonly get: (key: string) => Reading | undefined;
  readonly set: (key: string, reading: Reading) => void;
  /** Estimated bytes held. */
  readonly size: () => number;
}

/** What a node of a tree takes in memory, measured over the corpus of reads. */
const bytesPerNode = 250;

/** Keeps at most `maxBytes` of readings, the least recently used dropped first; one larger than a quarter of that is not kept. */
export function createReadingCache(maxBytes: number): ReadingCache {
  const entries = new Map<string, { readonly reading: Reading; readonly bytes: number; shared: boolean }>();
  let held = 0;
  const drop = (key: string) => {
    held -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      if (!entry.shared) freezeDeeply(entry.reading.tree); // costs half a parse: paid only by texts that come again
      entry.shared = true;
      return entry.reading;
    },
    set(key, reading) {
      const bytes = 2 * key.length + bytesPerNode * reading.verdict.nodes;
      drop(key);
      if (bytes > maxBytes / 4) return;
      entries.set(key, { reading, bytes, shared: false });
      held += bytes;
      for (const oldest of entries.keys()) {
        if (held <= maxBytes) break;
        drop(oldest);
      }
    },
    size: () => held,
  };
}

function freezeDeeply(value: object): void {
  Object.freeze(value);
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) freezeDeeply(child);
}
