/** Answers and errors in MCP's shape: structured content, the same as text, and the receipt in `_meta`. */

import type { CallToolResult } from '@modelcontextprotocol/server';
import type { BrokerError } from '../model/errors.ts';
import { readRows } from '../model/read-rows.ts';
import type { CallContext } from '../model/request.ts';
import type { JsonPiece } from './json-pieces.ts';
import { rowObjects } from './rows.ts';
import { leftRows, rowsLeft } from './rows-block.ts';
import type { Invocation, ToolAnswer } from './tool.ts';

/** `_meta` keys: the id of the call, and the place of its outcome in the audit log. */
export const metaKeys = { call: 'pgwarden/call', receipt: 'pgwarden/receipt' } as const;

type Answered = ToolAnswer<Readonly<Record<string, unknown>>>;

const text = (content: unknown) => ({ type: 'text', text: JSON.stringify(content) }) as const;

/** Structure and first block. Rows that the transport does not write itself are read here, in turns. */
async function bodyOf({ content, rows }: Answered, writesRows: boolean) {
  if (rows === undefined) return { structuredContent: { ...content }, block: text(content) };
  if (writesRows) return leftRows(content, rows);
  const objects = rowObjects(rows.names, await readRows(rows.rows));
  return { structuredContent: { rows: objects, ...content }, block: text(objects) };
}

export async function answered(answer: Answered, { call, writesRows }: Invocation): Promise<CallToolResult> {
  const { structuredContent, block } = await bodyOf(answer, writesRows === true);
  return {
    content: answer.notice === undefined ? [block] : [block, { type: 'text' as const, text: answer.notice }],
    structuredContent,
    _meta: {
      [metaKeys.call]: call.id,
      ...(answer.receipt === undefined ? {} : { [metaKeys.receipt]: { ...answer.receipt } }),
    },
  };
}

/** The JSON of a result. The rows of its text block stand in it twice, and are written when the pieces are. */
export function resultPieces(result: CallToolResult): readonly JsonPiece[] {
  const { structuredContent: _structure, content, ...others } = result;
  const [first, ...blocks] = content;
  const left = rowsLeft(first);
  if (left === undefined) return [JSON.stringify(result)];
  return [
    '{"structuredContent":{"rows":',
    { ...left.answer, quoted: false },
    `${andMembers(left.content)},"content":[{"type":"text","text":`,
    { ...left.answer, quoted: true },
    `}${blocks.map((block) => `,${JSON.stringify(block)}`).join('')}]${andMembers(others)}`,
  ];
}

/** The members of an object and its end, after other members. */
function andMembers(object: object): string {
  const text = JSON.stringify(object).slice(1);
  return text === '}' ? text : `,${text}`;
}

/** An error as callers see it: a stable code, one sentence, a hint, the place in the SQL text. */
export function errorContent(error: BrokerError, call: CallContext) {
  const hint = error.code === 'INTERNAL' ? `Tell the operator of this server the call id ${call.id}.` : error.hint;
  return {
    code: error.code,
    message: error.message,
    ...(hint === undefined ? {} : { hint }),
    ...(error.position === undefined ? {} : { position: error.position }),
    ...(error.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
  };
}

/** An error in the place of an answer: a model can act on it. */
export function refused(error: BrokerError, call: CallContext): CallToolResult {
  const content = { error: errorContent(error, call) };
  return {
    isError: true,
    content: [{ type: 'text', text: JSON.stringify(content) }],
    structuredContent: content,
    _meta: { [metaKeys.call]: call.id },
  };
}
