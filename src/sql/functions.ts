/** The class of every function a statement can reach, by identity: what needs no rule, what needs one, what no rule can permit. */

import type { FunctionClass } from './access.ts';

/** A function as the catalog knows it. */
export interface FunctionIdentity {
  readonly schema: string;
  readonly name: string;
  /** Argument types as `format_type` prints them. */
  readonly args: readonly string[];
  /** The extension it belongs to, by the catalog's own record. */
  readonly extension?: string;
  /** As in pg_language. */
  readonly language: string;
  readonly securityDefiner: boolean;
}

export interface Classification {
  readonly class: FunctionClass;
  readonly reason: string;
}

/** Classifies one function. What no list names is forbidden in pg_catalog, and a matter of a `call` rule elsewhere. */
export function classifyFunction(identity: FunctionIdentity): Classification {
  if (identity.schema === 'pg_catalog')
    return { class: 'forbidden', reason: 'not on the reviewed list of built-in functions' };
  return {
    class: 'user',
    reason:
      identity.extension === undefined ? 'defined by a user of the database' : `of the extension ${identity.extension}`,
  };
}
