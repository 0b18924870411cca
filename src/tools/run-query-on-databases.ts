/** run_query_on_databases: one reading statement over several databases, each of which decides, limits and records for itself. */

import { z } from 'zod';
import type { Answer } from '../broker/answer.ts';
import { createCallId } from '../model/call-id.ts';
import { Failure } from '../model/errors.ts';
import type { CallContext, QueryRequest } from '../model/request.ts';
import { type Outcome, settle } from '../model/result.ts';
import { looks } from './annotations.ts';
import { cell, columns, pattern, purpose, sqlText, tag } from './fields.ts';
import { InvalidArguments } from './invalid-arguments.ts';
import { nameMatcher } from './pages.ts';
import { bindParameters, queryParameters } from './query-parameters.ts';
import { errorContent } from './reply.ts';
import { resultContent, resultsNotice } from './rows.ts';
import { defineTool, type Invocation, type ToolParts } from './tool.ts';

/** Databases in one call. */
const most = 20;
/** Databases asked at the same moment. */
const atOnce = 5;
/** Bytes of rows in one answer, shared out evenly. */
const answerBytes = 4 * 1024 * 1024;

const perDatabase = z.object({
  database_id: z.string(),
  rows: z.array(z.record(z.string(), cell)).optional(),
  columns: columns.optional(),
  row_count: z.int().optional(),
  truncated: z.boolean().optional(),
  duration_ms: z.number().optional(),
  masked: z.array(z.string()).optional(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      position: z.int().optional(),
      sqlstate: z.string().optional(),
    })
    .optional()
    .describe('In place of rows.'),
  call: z.string().describe('Its own id in the audit log.'),
  receipt: z.object({ origin: z.string(), seq: z.int(), leaf: z.string() }).optional(),
});

const input = z.strictObject({
  sql: sqlText,
  database_ids: z.array(z.string().min(1).max(128)).min(1).max(most).optional().describe('Ids from list_databases.'),
  pattern,
  tag,
  query_parameters: queryParameters,
  limit: z.int().min(1).max(1000).default(100).describe('Rows per database at most.'),
  purpose,
});

type Input = z.output<typeof input>;

interface Asked {
  readonly name: string;
  readonly call: CallContext;
  readonly outcome: Outcome<Answer>;
}

export const runQueryOnDatabases = defineTool({
  name: 'run_query_on_databases',
  title: 'Run a query on several databases',
  description: `Runs one reading SQL statement on up to ${most} databases, chosen by database_ids, or by pattern or tag. Each answers under its own policy and limits; where one refuses or fails, the others still answer.`,
  input,
  output: z.object({ results: z.array(perDatabase), succeeded: z.int(), failed: z.int() }),
  annotations: looks,
  async run(parts, given, invocation) {
    const ids = chosen(parts, given, invocation);
    const request = requestOf(given, ids.length);
    const asked = await inTurns(ids, (id) => ask(parts, id, request, invocation));
    const answers = asked.flatMap(({ name, outcome }) => (outcome.ok ? [{ name, result: outcome.value }] : []));
    const notice = resultsNotice(answers);
    return {
      content: {
        results: await Promise.all(asked.map(entryOf)),
        succeeded: answers.length,
        failed: asked.length - answers.length,
      },
      failures: asked.flatMap(({ call, outcome }) => (outcome.ok ? [] : [{ error: outcome.error, call }])),
      ...(notice === undefined ? {} : { notice }),
    };
  },
});

/**
 * The ids of a call. Named ones are asked as they are, for unknown and forbidden ones are told apart by nobody; a pattern
 * or tag chooses among what the caller may use. Throws InvalidArguments.
 */
function chosen(
  { databases }: ToolParts,
  { database_ids: named, pattern: wanted, tag: tagged }: Input,
  { call }: Invocation,
) {
  const chosenBy = wanted === undefined && tagged === undefined ? 'names' : 'choice';
  if ((named === undefined) === (chosenBy === 'names')) {
    throw new InvalidArguments(
      'The databases are not named in one way.',
      'Send database_ids, or else pattern or tag (or both); pattern "*" means all you may use.',
    );
  }
  if (named !== undefined) return [...new Set(named)];
  const matches = nameMatcher(wanted);
  const found = databases
    .usable(call.principal)
    .filter(({ id, tags }) => matches(id) && (tagged === undefined || tags.includes(tagged)))
    .map(({ id }) => id);
  if (found.length > 0 && found.length <= most) return found.sort();
  throw new InvalidArguments(
    found.length === 0
      ? 'No database of yours fits "pattern" and "tag".'
      : `${found.length} databases fit "pattern" and "tag"; at most ${most} are asked in one call.`,
    'Call list_databases, and narrow the choice or send database_ids.',
  );
}

function requestOf(
  { sql, query_parameters: values, limit }: Input,
  count: number,
): Omit<QueryRequest, 'call' | 'databaseId'> {
  return {
    action: 'select',
    statement: { from: 'caller', sql, parameters: bindParameters(values) },
    intent: 'read',
    limits: { maxRows: limit, maxBytes: Math.floor(answerBytes / count) },
  };
}

/** A call of its own down the corridor, which names the one it belongs to as its cause. Never rejects. */
async function ask(
  { broker }: ToolParts,
  name: string,
  request: Omit<QueryRequest, 'call' | 'databaseId'>,
  { call: cause, signal }: Invocation,
): Promise<Asked> {
  const call = { ...cause, id: createCallId(), cause: cause.id };
  const outcome = signal.aborted
    ? { ok: false as const, error: new Failure('BACKEND_CANCELLED', 'The call ended before this database was asked.') }
    : await settle(() => broker.run({ ...request, call, databaseId: name }, signal));
  return { name, call, outcome };
}

async function entryOf({ name, call, outcome }: Asked) {
  const place = { database_id: name, call: call.id };
  if (!outcome.ok) return { ...place, error: errorContent(outcome.error, call) };
  const { receipt } = outcome.value;
  return { ...place, ...(await resultContent(outcome.value)), receipt };
}

/** Answers in the order of the items; a few are at work at any time. `work` never rejects. */
async function inTurns<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = items.entries();
  const turn = async () => {
    for (const [index, item] of waiting) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  return items.flatMap((_item, index) => {
    const result = results.get(index);
    return result === undefined ? [] : [result];
  });
}
