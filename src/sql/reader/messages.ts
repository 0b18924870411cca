/** What the broker and the reading worker say to each other. */

import type { ErrorCode } from '../../model/errors.ts';
import { isTree } from '../tree.ts';

/** `parse`, `tokens`, `fingerprint`: by PostgreSQL's grammar. `strict`: names by the second reader. */
const tasks: readonly unknown[] = ['parse', 'tokens', 'fingerprint', 'strict'];

export interface ReaderOrder {
  readonly id: number;
  readonly task: 'parse' | 'tokens' | 'fingerprint' | 'strict';
  readonly sql: string;
}

/** The worker is loaded and begins; its deadline runs from here. */
export interface ReaderBegins {
  readonly id: number;
  readonly begins: true;
}

export type ReaderAnswer =
  | {
      readonly id: number;
      /** JSON: a text crosses at once, a tree of thousands of nodes would be copied before anyone could choose when. */
      readonly json: string;
    }
  | {
      readonly id: number;
      readonly refusal: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint?: string;
        readonly position?: number;
      };
    };

export function isOrder(message: unknown): message is ReaderOrder {
  return (
    isTree(message) &&
    typeof message['id'] === 'number' &&
    typeof message['sql'] === 'string' &&
    tasks.includes(message['task'])
  );
}

export function isBeginning(message: unknown): message is ReaderBegins {
  return isTree(message) && message['begins'] === true;
}

/** The worker is ours, so its answers are told apart, not distrusted. */
export function isAnswer(message: unknown): message is ReaderAnswer {
  return (
    isTree(message) &&
    typeof message['id'] === 'number' &&
    (typeof message['json'] === 'string' || isTree(message['refusal']))
  );
}
