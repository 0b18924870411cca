/** The one refusal for a name that does not exist and for a name the caller may know nothing of: same code, text and shape. */

import type { Database } from '../model/database.ts';
import { Refusal } from '../model/errors.ts';

export type NameKind = 'relation' | 'column' | 'function' | 'operator' | 'type' | 'schema' | 'collation' | 'constraint';

/** NAME_NOT_AVAILABLE, with the name exactly as the caller wrote it and nothing that resolution added. */
export class NameNotAvailable extends Refusal {
  constructor(
    readonly written: string,
    readonly nameKind: NameKind,
    position: number | undefined,
    hint: string | undefined,
  ) {
    super('NAME_NOT_AVAILABLE', `${written}: no such ${nameKind}, or not permitted to you`, {
      ...(position === undefined ? {} : { position }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/**
 * Names of which the caller may know something: what resolution treats as existing. A name outside it must end exactly
 * as a missing one does, at the moment a missing one would, or the order of complaints tells the two apart.
 */
export interface Sight {
  /** Whether the caller may do anything at all with the relation or one of its columns. */
  readonly relation: (schema: string, relation: string, columns: readonly string[]) => boolean;
  readonly column: (schema: string, relation: string, column: string) => boolean;
  /** Asked of functions of class `user` alone: others have no rule, or are known to everyone. `args` as `format_type` prints them. */
  readonly function: (schema: string, name: string, args: readonly string[]) => boolean;
}

/** `near`: names like the written one, only such as the caller may read; none of them is told for a hidden name's sake. */
export function nameNotAvailable(
  written: string,
  kind: NameKind,
  position: number | undefined,
  database: Pick<Database, 'contact'>,
  near: readonly string[] = [],
): NameNotAvailable {
  const guess = near.length > 0 ? `Did you mean ${near.slice(0, 3).join(' or ')}?` : undefined;
  const contact = database.contact === undefined ? undefined : `For access, ask ${database.contact}.`;
  const hint = [guess, contact].filter((part) => part !== undefined).join(' ');
  return new NameNotAvailable(written, kind, position, hint === '' ? undefined : hint);
}
