/** Answers and errors in MCP's shape: structured content, the same as text, and the receipt in `_meta`. */

import type { CallToolResult } from '@modelcontextprotocol/server';
import type { BrokerError } from '../model/errors.ts';
import { readRows } from '../model/read-rows.ts';
import type { CallContext } from '../model/request.ts';
import type { AnswerRows } from './answer-rows.ts';
import type { JsonPiece } from './json-pieces.ts';
import { rowObjects } from './rows.ts';
import type { ToolAnswer } from './tool.ts';

/** `_meta` keys: the id of the call, and the place of its outcome in the audit log. */
export const metaKeys = { call: 'pgwarden/call', receipt: 'pgwarden/receipt' } as const;

type Answered = ToolAnswer<Readonly<Record<string, unknown>>>;
type Structure = Readonly<Record<string, unknown>>;

/** An answer whose rows, if it has any, are not read yet. */
export interface Reply {
  /** Whole without rows; with them it lacks the member `rows` of its structure and the first of its blocks. */
  readonly result: CallToolResult;
  readonly structure: Structure;
  readonly rows?: AnswerRows;
}

const block = (text: string) => ({ type: 'text', text }) as const;

export function answered({ content: structure, rows, notice, receipt }: Answered, call: CallContext): Reply {
  const blocks = notice === undefined ? [] : [block(notice)];
  const result = {
    content: rows === undefined ? [block(JSON.stringify(structure)), ...blocks] : blocks,
    structuredContent: { ...structure },
    _meta: {
      [metaKeys.call]: call.id,
      ...(receipt === undefined ? {} : { [metaKeys.receipt]: { ...receipt } }),
    },
  };
  return rows === undefined ? { result, structure } : { result, structure, rows };
}

/** The result with its rows, read in turns. */
export async function readReply({ result, structure, rows }: Reply): Promise<CallToolResult> {
  if (rows === undefined) return result;
  const objects = rowObjects(rows.names, await readRows(rows.rows));
  return {
    ...result,
    content: [block(JSON.stringify(objects)), ...result.content],
    structuredContent: { rows: objects, ...structure },
  };
}

/** The JSON of a reply, of which `complete` makes what the protocol asks for. Its rows are read when the pieces are. */
export function replyPieces(
  { result, structure, rows }: Reply,
  complete: (result: CallToolResult) => CallToolResult,
): readonly JsonPiece[] {
  if (rows === undefined) return [JSON.stringify(complete(result))];
  const { structuredContent: _structure, content: blocks, ...others } = complete(result);
  return [
    '{"structuredContent":{"rows":',
    { ...rows, quoted: false },
    `${andMembers(structure)},"content":[{"type":"text","text":`,
    { ...rows, quoted: true },
    `}${blocks.map((each) => `,${JSON.stringify(each)}`).join('')}]${andMembers(others)}`,
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
export function refused(error: BrokerError, call: CallContext): Reply {
  const structure = { error: errorContent(error, call) };
  const result: CallToolResult = {
    isError: true,
    content: [block(JSON.stringify(structure))],
    structuredContent: structure,
    _meta: { [metaKeys.call]: call.id },
  };
  return { result, structure };
}
