/** Seal 2: the decision point answered permit for this statement and named the rules. */

import type { Database } from '../model/database.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { CallLimits, QueryRequest } from '../model/request.ts';
import { createSeal, type Sealed } from '../model/seal.ts';
import type { Access } from '../sql/access.ts';
import type { ParsedStatement } from '../sql/statement.ts';

/** How a masked value is changed: `full` → null, `partial` → all but the last four characters, `hash` → keyed digest. */
export type MaskKind = 'full' | 'partial' | 'hash';

export interface Mask {
  /** `schema.relation.column` */
  readonly column: string;
  readonly kind: MaskKind;
  /** Indexes of the output columns it applies to. */
  readonly outputs: readonly number[];
}

/** What must also be done. One that cannot be fulfilled means refusal. */
export interface Obligations {
  /** The tightest of the database's limits, the policy's `limit` rows and the caller's wish. */
  readonly limits: CallLimits;
  readonly masks: readonly Mask[];
}

export interface Denial {
  /** As the caller may see it: the resource asked for, never the rule text. What the caller may not know of stands as written. */
  readonly resource: string;
  readonly action: string;
  readonly position: number;
  /** NAME_NOT_AVAILABLE: the caller must not learn that it exists. */
  readonly code: Extract<ErrorCode, 'NAME_NOT_AVAILABLE' | 'POLICY_DENIED' | 'FUNCTION_FORBIDDEN'>;
  readonly kind: 'relation' | 'column' | 'function' | 'operator' | 'setting' | 'statement';
  /** What the caller can do instead; tells nothing the caller may not read. */
  readonly hint?: string;
}

/** The answer of a decision point about one reading. `rules` are the policy lines that decided, as written, or `system:…`. */
export interface Decision {
  readonly effect: 'permit' | 'deny';
  readonly rules: readonly string[];
  readonly denied: readonly Denial[];
  readonly obligations: Obligations;
  /** SHA-256 of the policy texts in force, SHA-256 of the model, and a counter that rises with each reload. */
  readonly policy: { readonly sha256: string; readonly model: string; readonly generation: number };
  /** Microseconds. */
  readonly duration: number;
}

export interface PermitContents {
  readonly request: QueryRequest;
  readonly database: Database;
  readonly statement: ParsedStatement;
  readonly access: Access;
  readonly decision: Decision;
}

export type Permit = Sealed<'Permit'>;

const permits = createSeal<'Permit', PermitContents>('Permit');

/** Only `policy/authorize.ts` may call this, after a permit that names at least one rule. */
export const sealPermit: (contents: PermitContents) => Permit = (contents) => permits.seal(contents);

export const openPermit = permits.open;
