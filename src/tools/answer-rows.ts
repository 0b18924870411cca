/** The rows of an answer, which stand in it twice: in its structure, and as the text of its first block. */

import type { Rows } from '../model/result.ts';

export interface AnswerRows {
  /** Of the columns; each once. */
  readonly names: readonly string[];
  readonly rows: Rows;
  /** Bytes of them as they came from the database: about as long as they are as JSON. */
  readonly bytes: number;
}
