/** The text block that holds the rows of an answer as JSON: written when somebody reads it, and once. */

import type { CallToolResult } from '@modelcontextprotocol/server';

type Block = CallToolResult['content'][number];

/** Rows that an answer holds twice, as structure and as text. */
export interface WrittenRows {
  readonly rows: readonly object[];
  /** Bytes of them as they came from the database: about as long as they are as JSON. */
  readonly bytes: number;
}

const rowsOf = new WeakMap<Block, WrittenRows>();

export function rowsBlock(written: WrittenRows): Block {
  let text: string | undefined;
  const block: Block = {
    type: 'text',
    get text() {
      text ??= JSON.stringify(written.rows);
      return text;
    },
  };
  rowsOf.set(block, written);
  return block;
}

/** The rows that a block was made of; undefined for every other block. */
export function rowsIn(block: Block | undefined): WrittenRows | undefined {
  return block === undefined ? undefined : rowsOf.get(block);
}
