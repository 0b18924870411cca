/** Opaque tokens: only the module that holds a seal can make one of its tokens or look inside. */

declare const label: unique symbol;

/** A token of the corridor. It carries nothing a holder could read, copy or forge: spread, clone and print give `{}`. */
export interface Sealed<Name extends string> {
  readonly [label]: Name;
}

export interface Seal<Name extends string, Contents extends object> {
  /** Makes a token for `contents`, which the caller gives up: they are frozen. */
  readonly seal: (contents: Contents) => Sealed<Name>;
  /** Looks inside a token made here; throws a TypeError on anything else. */
  readonly open: (token: Sealed<Name>) => Readonly<Contents>;
}

/**
 * Contents live in a WeakMap keyed by the token, so neither the prototype nor a shape nor an instance's constructor
 * leads to them. This protects against mistakes and drift, not against hostile code in the same process.
 */
export function createSeal<Name extends string, Contents extends object>(name: Name): Seal<Name, Contents> {
  const vault = new WeakMap<object, Readonly<Contents>>();
  return {
    seal(contents) {
      const token: object = Object.freeze(Object.create(null));
      vault.set(token, Object.freeze(contents));
      return token as Sealed<Name>;
    },
    open(token) {
      const contents = vault.get(token);
      if (contents === undefined) throw new TypeError(`not a ${name} made by this process`);
      return contents;
    },
  };
}
