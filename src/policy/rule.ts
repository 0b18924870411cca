/** The rows of a policy file, once read: rules, role links, limits and masks. */

import type { Action } from '../model/request.ts';
import type { MaskKind } from './permit.ts';
import type { Pattern } from './resource.ts';

/** `user:alice`, `role:analyst` or `*`: two namespaces that no id can leave. */
export type Subject = '*' | `user:${string}` | `role:${string}`;

interface Row {
  /** The line as written, trimmed: what a permit names. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly subject: Subject;
}

export interface Rule extends Row {
  readonly pattern: Pattern;
  readonly action: Action;
  readonly effect: 'allow' | 'deny';
  /** What casbin is given: subject, database, resource, action, effect. */
  readonly casbin: readonly [string, string, string, string, string];
}

export interface RoleLink {
  readonly user: Subject;
  readonly role: Subject;
}

export interface LimitRow extends Row {
  readonly what: 'rows' | 'bytes' | 'time';
  /** Rows, bytes or milliseconds. */
  readonly value: number;
}

export interface MaskRow extends Row {
  readonly schema: string;
  readonly relation: string;
  readonly column: string;
  readonly kind: MaskKind;
}

export interface Rows {
  readonly rules: readonly Rule[];
  readonly links: readonly RoleLink[];
  readonly limits: readonly LimitRow[];
  readonly masks: readonly MaskRow[];
}

/** Actions that concern one column as well as a whole relation. */
export const columnActions: readonly Action[] = ['select', 'insert', 'update', 'explain', 'describe', 'list'];

/** Actions that change data or definitions. */
export const writeActions: readonly Action[] = ['insert', 'update', 'delete', 'merge', 'truncate', 'ddl'];

export const userSubject = (id: string): Subject => `user:${id}`;
export const roleSubject = (name: string): Subject => `role:${name}`;
