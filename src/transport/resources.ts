/** Schemas as MCP resources, and completion of their names: answered by the tools, so that policy and audit log see each read. */

import {
  type CallToolResult,
  type CompleteRequestParams,
  type CompleteResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  type ResourceTemplateType,
} from '@modelcontextprotocol/server';

/** Calls a tool in the name of whoever asks. Never rejects for what the corridor refuses: that is an answer with `isError`. */
export type AskTool = (tool: string, args: Readonly<Record<string, unknown>>) => Promise<CallToolResult>;

const mimeType = 'application/json';

export const resourceTemplates: readonly ResourceTemplateType[] = [
  {
    uriTemplate: 'pgwarden://{database}/schema',
    name: 'database schema',
    description: 'Every relation of a database that you may read.',
    mimeType,
  },
  {
    uriTemplate: 'pgwarden://{database}/{schema}/{relation}',
    name: 'relation',
    description: 'One relation as you may see it: columns, keys, indexes.',
    mimeType,
  },
];

/** Relations listed at most: pages of 500. */
const maxPages = 40;

/** Names offered at most, as the protocol bounds them. */
const maxNames = 100;

/** Throws ResourceNotFoundError alike for what is not there and for what may not be seen. */
export async function readResource(uri: string, ask: AskTool): Promise<ReadResourceResult> {
  const [, database = '', first = '', relation] = /^pgwarden:\/\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(uri) ?? [];
  if (first === '' || (relation === undefined && first !== 'schema')) throw new ResourceNotFoundError(uri);
  const id = decoded(database, uri);
  const content =
    relation === undefined
      ? await everyRelation(id, uri, ask)
      : found(await ask('get_table_schema', { database_id: id, table_name: quoted(first, relation, uri) }), uri);
  return { contents: [{ uri, mimeType, text: JSON.stringify(content) }] };
}

async function everyRelation(id: string, uri: string, ask: AskTool) {
  const tables: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < maxPages; page++) {
    const args = { database_id: id, limit: 500, ...(cursor === undefined ? {} : { cursor }) };
    const answer = found(await ask('list_tables', args), uri);
    tables.push(...listIn(answer, 'tables'));
    cursor = answer['next_cursor'];
    if (cursor === undefined) return { database: id, tables };
  }
  return { database: id, tables, truncated: true };
}

/** Names that begin as what is typed, of those the caller may see; none where anything is refused. */
export async function completeName(
  { ref, argument, context }: CompleteRequestParams,
  ask: AskTool,
): Promise<CompleteResult> {
  if (ref.type !== 'ref/resource' || !resourceTemplates.some(({ uriTemplate }) => uriTemplate === ref.uri))
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such resource template.');
  const given = context?.arguments ?? {};
  const typed = argument.value;
  const question = questionOf(argument.name, given);
  if (question === undefined) return { completion: { values: [] } };
  const pattern = typed === '' ? {} : { pattern: `${typed.slice(0, 190)}*` };
  const answer = await ask(question.tool, { ...question.args, ...pattern, limit: maxNames });
  if (answer.isError === true) return { completion: { values: [] } };
  const content = structured(answer);
  const names = listIn(content, question.list).flatMap((item) => textIn(item, question.member));
  const values = names.filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()));
  return { completion: { values, hasMore: content['next_cursor'] !== undefined } };
}

/** Which tool knows the names of an argument; undefined where what stands before it is not given yet. */
function questionOf(name: string, given: Readonly<Record<string, string>>) {
  const { database: id, schema } = { database: undefined, schema: undefined, ...given };
  if (name === 'database') return { tool: 'list_databases', args: {}, list: 'databases', member: 'id' };
  if (id === undefined) return undefined;
  if (name === 'schema') return { tool: 'list_schemas', args: { database_id: id }, list: 'schemas', member: 'name' };
  if (name !== 'relation' || schema === undefined) return undefined;
  return { tool: 'list_tables', args: { database_id: id, schema }, list: 'tables', member: 'name' };
}

function found(answer: CallToolResult, uri: string): Readonly<Record<string, unknown>> {
  const content = structured(answer);
  if (answer.isError !== true) return content;
  const [code = ''] = textIn(content['error'], 'code');
  if (code === 'NAME_NOT_AVAILABLE' || code === 'DATABASE_UNKNOWN') throw new ResourceNotFoundError(uri);
  const [message = ''] = textIn(content['error'], 'message');
  throw new ProtocolError(ProtocolErrorCode.InternalError, `${code}: ${message}`);
}

const quoted = (schema: string, relation: string, uri: string): string =>
  [schema, relation].map((part) => `"${decoded(part, uri).replaceAll('"', '""')}"`).join('.');

function decoded(part: string, uri: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ResourceNotFoundError(uri);
  }
}

const structured = ({ structuredContent }: CallToolResult): Readonly<Record<string, unknown>> => ({
  ...Object(structuredContent),
});

function listIn(content: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const list = content[name];
  return Array.isArray(list) ? list : [];
}

function textIn(value: unknown, member: string): string[] {
  const text: unknown = Object(value)[member];
  return typeof text === 'string' ? [text] : [];
}
