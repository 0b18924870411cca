/** What was learned of one database's statements and types, kept while its catalog stays the same. */

import type { Type } from '../values/type.ts';
import type { Sendable } from './envelope.ts';
import type { CastType } from './envelope-proof.ts';

/** Answers to questions about one text. */
export interface StatementKnowledge {
  names: readonly string[] | undefined;
  parameterTypes: readonly (CastType | undefined)[] | undefined;
  /** The envelope made and proven last; the same text, types and caps make the same one. */
  sendable: { readonly caps: string; readonly made: Sendable } | undefined;
}

/** Texts remembered, and the longest that is: about three megabytes for a database at most. The oldest goes first. */
const most = 200;
const longest = 4096;

export class Knowledge {
  #catalogVersion: string | undefined;
  #types = new Map<number, Type>();
  readonly #statements = new Map<string, StatementKnowledge>();

  /** `catalogVersion` undefined: a text of the broker's own, which says nothing about what is known. */
  renew(catalogVersion: string | undefined): void {
    if (catalogVersion === undefined || catalogVersion === this.#catalogVersion) return;
    this.#catalogVersion = catalogVersion;
    this.#types = new Map();
    this.#statements.clear();
  }

  get types(): Map<number, Type> {
    return this.#types;
  }

  /** `key` holds everything the answers depend on besides the catalog. */
  of(key: string): StatementKnowledge {
    const known = this.#statements.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#statements.size >= most ? this.#statements.keys() : [];
    if (oldest !== undefined) this.#statements.delete(oldest);
    const made: StatementKnowledge = { names: undefined, parameterTypes: undefined, sendable: undefined };
    if (key.length <= longest) this.#statements.set(key, made);
    return made;
  }
}
