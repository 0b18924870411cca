/** Who is next where many wait: principals in a ring, and within one of them first come, first served. */

export interface FairQueue<Item> {
  readonly add: (owner: string, item: Item) => void;
  /** The next one, taken out. */
  readonly take: () => Item | undefined;
  readonly size: () => number;
  /** How many of one owner wait. */
  readonly sizeOf: (owner: string) => number;
}

/** However many of one owner wait, another's first is behind at most one of each. */
export function createFairQueue<Item>(): FairQueue<Item> {
  /** The ring: whose turn it is stands first. None is empty. */
  const ring = new Map<string, Item[]>();
  let size = 0;
  return {
    add(owner, item) {
      size += 1;
      const waiting = ring.get(owner);
      if (waiting === undefined) ring.set(owner, [item]);
      else waiting.push(item);
    },
    take() {
      for (const [owner, waiting] of ring) {
        const item = waiting.shift();
        ring.delete(owner);
        if (waiting.length > 0) ring.set(owner, waiting);
        size -= 1;
        return item;
      }
      return undefined;
    },
    size: () => size,
    sizeOf: (owner) => ring.get(owner)?.length ?? 0,
  };
}
