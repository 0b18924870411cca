/** What the worker that reads a configuration is told, and what it answers. */

import type { Database } from '../model/database.ts';
import type { Config } from './config.ts';
import type { Finding } from './findings.ts';

export interface Task {
  readonly file: string;
  /** Id → fingerprint of the databases in force. */
  readonly known: ReadonlyMap<string, string>;
}

/** Databases that are as they were are named and not sent: a thousand of them would be copied, compared and thrown away. */
export type Answer =
  | { readonly config: Omit<Config, 'databases'>; readonly databases: readonly (Database | string)[] }
  | { readonly findings: readonly Finding[] };

/** Each side has only the other to talk to. */
export const isTask = (message: unknown): message is Task =>
  typeof message === 'object' && message !== null && 'file' in message && 'known' in message;

export const isAnswer = (message: unknown): message is Answer =>
  typeof message === 'object' && message !== null && ('config' in message || 'findings' in message);
