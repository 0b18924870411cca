/** Ships the policies, models and configurations that decisions name by their hash, each once. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../audit/chain.ts';
import { storeDirectory } from '../audit/text-store.ts';
import { ShipContradicted, type ShipTarget } from './target.ts';

export interface TextShipper {
  /** Throws ShipFailed; ShipContradicted after all others were shipped. */
  readonly ship: () => Promise<void>;
}

export function createTextShipper(root: string, target: ShipTarget): TextShipper {
  const shipped = new Set<string>();

  async function shipOne(name: string): Promise<void> {
    const text = await readFile(join(storeDirectory(root), name));
    if (sha256(text) !== name) throw new ShipContradicted(`the content of ${name} is not what its name says`);
    await target.putText?.(name, text);
    shipped.add(name);
  }

  return {
    async ship() {
      if (target.putText === undefined) return;
      let contradiction: ShipContradicted | undefined;
      const names = await readdir(storeDirectory(root)).catch(() => []);
      for (const name of names.filter((each) => /^[0-9a-f]{64}$/.test(each) && !shipped.has(each))) {
        await shipOne(name).catch((error: unknown) => {
          if (!(error instanceof ShipContradicted)) throw error;
          contradiction = error;
        });
      }
      if (contradiction !== undefined) throw contradiction;
    },
  };
}
