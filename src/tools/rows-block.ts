/** The rows of an answer, which stands for them twice: as structure, and as the text of its first block. */

import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Json, Rows } from '../model/result.ts';
import { rowObjects } from './rows.ts';

type Block = CallToolResult['content'][number];

export interface AnswerRows {
  /** Of the columns; each once. */
  readonly names: readonly string[];
  readonly rows: Rows;
  /** Bytes of them as they came from the database: about as long as they are as JSON. */
  readonly bytes: number;
}

/** Rows that are left to whoever writes the answer, and what stands beside them. */
export interface LeftRows {
  readonly answer: AnswerRows;
  readonly content: object;
}

const left = new WeakMap<Block, LeftRows>();

/** Structure and first block of an answer. Both are made when somebody reads them, for which nobody has reason but a fault. */
export function leftRows(content: object, answer: AnswerRows) {
  let objects: Record<string, Json>[] | undefined;
  const made = () => (objects ??= rowObjects(answer.names, answer.rows));
  const block: Block = {
    type: 'text',
    get text() {
      return JSON.stringify(made());
    },
  };
  left.set(block, { answer, content });
  const structuredContent: Record<string, unknown> = {
    get rows() {
      return made();
    },
  };
  Object.assign(structuredContent, content);
  return { structuredContent, block };
}

/** The rows that were left; undefined for every other block. */
export function rowsLeft(block: Block | undefined): LeftRows | undefined {
  return block === undefined ? undefined : left.get(block);
}
