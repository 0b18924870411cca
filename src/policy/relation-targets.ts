/** How the relations of a reading stand before the rules: what is asked, and which of them a wildcard does not open. */

import type { RelationAccess } from '../sql/access.ts';
import type { Judge } from './judge.ts';
import type { RelationTarget } from './resource.ts';
import { secretColumn } from './secrets.ts';
import { likelyExtension } from './system-sets.ts';

type Facts = Pick<RelationAccess, 'schema' | 'name' | 'kind' | 'extension' | 'behind'>;

/** A relation, or one column of it, as a target. */
export function relationTarget(schema: string, relation: string, column?: string): RelationTarget {
  return { kind: 'relation', schema, relation, column, onlyByName: false, extension: undefined };
}

/** The same where only names are at hand: for what may be known and listed, never for what is read. */
export const nameTarget = (schema: string, relation: string, column?: string): RelationTarget => ({
  ...relationTarget(schema, relation, column),
  extension: likelyExtension(relation),
});

export function accessTarget(judge: Judge, relation: Facts): RelationTarget {
  return {
    ...relationTarget(relation.schema, relation.name),
    onlyByName: whyOnlyByName(judge, relation) !== undefined,
    extension: relation.extension,
  };
}

type Child = Pick<RelationAccess, 'above'>;

/** The target for one column: a wildcard does not open what is denied or masked in the table above a partition or child. */
export function columnTarget(judge: Judge, child: Child, target: RelationTarget, column: string): RelationTarget {
  return { ...target, column, onlyByName: target.onlyByName || isHiddenAbove(judge, child, column) };
}

function isHiddenAbove(judge: Judge, { above = [] }: Child, column: string): boolean {
  return above.some(({ schema, name, columns }) => {
    return columns.includes(column) && leadsToHidden(judge, { schema, name, columns: [column] });
  });
}

/** Why no wildcard opens this column, for the hint. */
export function whyColumnOnlyByName(judge: Judge, relation: Facts & Child, column: string): string | undefined {
  if (!isHiddenAbove(judge, relation, column)) return whyOnlyByName(judge, relation);
  return 'What is denied or masked in the table above is opened here only by a rule that names this one.';
}

/** Why no wildcard opens this relation, for the hint; undefined where one does. */
export function whyOnlyByName(judge: Judge, { kind, extension, behind }: Facts): string | undefined {
  if (kind === 'foreign') return 'A foreign table is opened only by a rule that names it.';
  if ((kind === 'view' || kind === 'matview') && extension !== undefined)
    return 'A view of an extension is opened only by a rule that names it.';
  return behind.some((part) => leadsToHidden(judge, part))
    ? 'This view is opened only by a rule that names it.'
    : undefined;
}

/** Whether a column denied or masked to the caller, or a secret, stands behind a view. */
function leadsToHidden(judge: Judge, { schema, name, columns }: Facts['behind'][number]): boolean {
  const denied = (column?: string) => judge.ask(relationTarget(schema, name, column), 'select').rule?.effect === 'deny';
  if (columns.length === 0) return denied();
  const masks = judge.masks(schema, name);
  return columns.some(
    (column) => denied(column) || isSecret(judge, schema, name, column) || masks.some((mask) => mask.column === column),
  );
}

export function isSecret(judge: Judge, schema: string, relation: string, column: string): boolean {
  const secret = secretColumn(schema, relation, column);
  return secret !== undefined && !(secret.open === 'unrestricted' && judge.unrestricted);
}
