/** Which part of a changed configuration waits for an operator, and what he is shown of it before he applies it. */

import { createHash } from 'node:crypto';
import type { Database } from '../model/database.ts';
import type { Policy } from '../policy/policy.ts';
import { findWidening } from '../policy/widening.ts';

/** Every changed policy waits, or what widens rights, or nothing. */
export type Hold = 'policies' | 'widening' | 'nothing';

export interface WaitingChange {
  readonly database: string;
  /** What it would permit that is not permitted now; empty for a change that only narrows (`policy.reload: manual`). */
  readonly more: readonly string[];
}

export interface Waiting {
  /** SHA-256 of what waits: who applies it says which change he saw. */
  readonly digest: string;
  readonly changes: readonly WaitingChange[];
}

export interface Holding {
  /** What comes into force of a database that is configured anew: in place of each widening what stood there before. */
  readonly database: (before: Database | undefined, read: Database) => Database;
  /** Whether the policy of a database keeps waiting. */
  readonly policy: (databaseId: string, before: Policy, read: Policy) => boolean;
  /** After every database was asked about; undefined when nothing waits. */
  readonly waiting: () => Waiting | undefined;
}

export function createHolding(hold: Hold): Holding {
  const held = new Map<string, { readonly more: string[]; readonly marks: string[] }>();

  function note(id: string, more: readonly string[], mark: string): void {
    const known = held.get(id) ?? { more: [], marks: [] };
    known.more.push(...more);
    known.marks.push(mark);
    held.set(id, known);
  }

  return {
    database(before, read) {
      if (before === undefined || hold !== 'widening') return read;
      const kept = withoutWidening(before, read);
      const more = widened(kept, read);
      if (more.length === 0) return read;
      note(read.id, more, more.join());
      return kept;
    },
    policy(id, before, read) {
      if (hold === 'nothing') return false;
      const more = findWidening(before, read);
      if (hold === 'widening' && more.length === 0) return false;
      note(id, more, read.sha256);
      return true;
    },
    waiting() {
      if (held.size === 0) return undefined;
      const marks = [...held].map(([id, { marks: own }]) => [id, ...own]);
      const digest = createHash('sha256').update(JSON.stringify(marks)).digest('hex');
      return { digest, changes: [...held].map(([database, { more }]) => ({ database, more })) };
    },
  };
}

/** Settings of a database that decide what may be done in it, as strict as they were or stricter. */
function withoutWidening(before: Database, read: Database): Database {
  return Object.freeze<Database>({
    ...read,
    ...(before.confirm && { confirm: before.confirm }),
    readonly: read.readonly || before.readonly,
    legacyWrites: read.legacyWrites && before.legacyWrites,
    requirePurpose: read.requirePurpose || before.requirePurpose,
    dialect: before.dialect === 'strict' ? 'strict' : read.dialect,
  });
}

const rights = ['readonly', 'legacyWrites', 'requirePurpose', 'dialect', 'confirm'] as const;

function widened(kept: Database, read: Database): string[] {
  return rights.filter((key) => kept[key] !== read[key]).map((key) => `${key}: ${String(read[key] ?? 'none')}`);
}
