/** The record of a change in what the broker decides by: who made it, and the hashes of both texts. */

import { bounded, oneLine } from './plain-text.ts';
import type { ConfigBody } from './records/keeping.ts';

/** What changed in what the broker decides by. A text is kept by its hash; `undefined` where there is none any more. */
export interface ConfigChange {
  readonly what: 'policy' | 'model' | 'config';
  /** Which one: a file's name or a database id. */
  readonly name: string;
  readonly text: string | undefined;
  readonly oldSha256?: string;
  /** `process`, the owner of the file, or `unknown`. */
  readonly by: string;
  /** Why the change was not applied. */
  readonly refused?: string;
}

/** `hash`: the SHA-256 under which the new text is kept. */
export function configRecord(
  { what, name, oldSha256, by, refused }: ConfigChange,
  hash: string | undefined,
): ConfigBody {
  return {
    type: 'config',
    what,
    name: bounded(name, 512),
    ...(oldSha256 === undefined ? {} : { old_sha256: oldSha256 }),
    ...(hash === undefined ? {} : { new_sha256: hash }),
    by: oneLine(by, 256),
    ...(refused === undefined ? {} : { refused: oneLine(refused, 512) }),
  };
}
