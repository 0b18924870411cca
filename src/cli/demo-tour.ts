/** The tour: what the demo promises, step by step, and whether each promise was kept. */

import { leafHash } from '../audit/chain.ts';
import { recordLine } from '../audit/record-line.ts';
import { isDenial } from '../audit/records.ts';
import { openTailReader, type TailLine } from '../audit/tail.ts';
import type { ToolClient, ToolReply } from '../transport/client.ts';
import type { Screen } from './demo-screen.ts';

interface Step {
  readonly who: 'ana' | 'omar';
  readonly what: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, string>>;
  readonly promise: string;
  readonly kept: (reply: ToolReply) => boolean;
}

const refusedWith = (code: string) => (reply: ToolReply) => reply.isError && errorOf(reply).code === code;
const rowsWhere = (test: (json: string) => boolean) => (reply: ToolReply) =>
  !reply.isError && test(JSON.stringify(reply.structured['rows'] ?? reply.structured['databases']));

const masked: Step = {
  who: 'ana',
  what: 'ana reads a column the policy masks',
  tool: 'run_query',
  args: { sql: 'SELECT name, phone FROM customers ORDER BY id LIMIT 3' },
  promise: 'The phone numbers come masked.',
  kept: rowsWhere((json) => json.includes('Amara') && !json.includes('+39')),
};

const steps: readonly Step[] = [
  {
    who: 'ana',
    what: 'ana, an analyst, asks which databases there are',
    tool: 'list_databases',
    args: {},
    promise: 'She sees shop. That there is another one, people, she does not learn.',
    kept: rowsWhere((json) => json.includes('"shop"') && !json.includes('people')),
  },
  {
    who: 'ana',
    what: 'ana asks a question she may ask',
    tool: 'run_query',
    args: {
      sql: 'SELECT c.country, count(*) AS orders, sum(o.total) AS total FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.country ORDER BY total DESC',
      purpose: 'where do we sell?',
    },
    promise: 'It runs, and the answer carries a receipt for its place in the audit log.',
    kept: (reply) => rowsWhere((json) => json.includes('"IT"'))(reply) && 'pgwarden/receipt' in reply.meta,
  },
  masked,
  {
    who: 'ana',
    what: 'ana reads a column the policy denies',
    tool: 'run_query',
    args: { sql: 'SELECT name, email FROM customers' },
    promise: 'Refused for that one column, in the words a missing column would get.',
    kept: refusedWith('NAME_NOT_AVAILABLE'),
  },
  {
    who: 'ana',
    what: 'ana asks for everything, which holds that column',
    tool: 'run_query',
    args: { sql: 'SELECT row_to_json(c) FROM customers c' },
    promise: 'A whole row is all its columns: refused too.',
    kept: (reply) => reply.isError,
  },
  {
    who: 'ana',
    what: 'ana, or something she read, tries to write',
    tool: 'run_query',
    args: { sql: 'DELETE FROM orders' },
    promise: 'Refused: the statement is not a read. PostgreSQL never saw it.',
    kept: refusedWith('STATEMENT_NOT_READ_ONLY'),
  },
  {
    who: 'ana',
    what: 'a second statement hides behind the first',
    tool: 'run_query',
    args: { sql: 'SELECT 1; DROP TABLE orders -- nothing to see' },
    promise: 'Refused: one call is one statement.',
    kept: refusedWith('STATEMENT_MULTIPLE'),
  },
  {
    who: 'ana',
    what: 'a function that reads files hides in a SELECT',
    tool: 'run_query',
    args: { sql: "SELECT pg_read_file('/etc/passwd')" },
    promise: 'Refused: no rule can permit that function here.',
    kept: refusedWith('FUNCTION_FORBIDDEN'),
  },
  {
    who: 'omar',
    what: 'omar, a manager, reads what ana may not',
    tool: 'run_query',
    args: { sql: 'SELECT name, email, phone FROM customers ORDER BY id LIMIT 3' },
    promise: 'The same process, the same table, another person: it runs, unmasked.',
    kept: rowsWhere((json) => json.includes('customer1@example.com') && json.includes('+39')),
  },
];

/** Over the Data API one step ends differently, and one is added. */
const stepsOverDataApi: readonly Step[] = steps.flatMap((step) =>
  step === masked
    ? [
        {
          ...masked,
          promise:
            'Refused here: the service does not say which table a column comes from, and no mask is claimed unproven.',
          kept: refusedWith('POLICY_DENIED'),
        },
        {
          who: 'ana',
          what: 'ana asks for types the service itself refuses to return',
          tool: 'run_query',
          args: {
            sql: "SELECT make_interval(days => max(id)) AS lasting, 'infinity'::timestamptz AS ends FROM orders",
          },
          promise: 'They come, exactly, as over the wire.',
          kept: rowsWhere((json) => json.includes('P60D') && json.includes('infinity')),
        },
      ]
    : [step],
);

export interface TourOptions {
  /** The databases are behind the RDS Data API. */
  readonly overDataApi: boolean;
  readonly screen: Screen;
  readonly clients: Readonly<Record<Step['who'], ToolClient>>;
  readonly auditDirectory: string;
}

export interface Tour {
  /** Promises that were not kept. */
  readonly broken: number;
  /** The statements that were refused, as they were promised to be. */
  readonly refused: readonly string[];
}

/** Walks every step and shows its audit records. */
export async function walkTour({ screen, clients, auditDirectory, overDataApi }: TourOptions): Promise<Tour> {
  let broken = 0;
  const refused: string[] = [];
  const log = await openTailReader(auditDirectory, [], 0);
  for (const [index, step] of (overDataApi ? stepsOverDataApi : steps).entries()) {
    screen.step(index + 1, step.what);
    screen.sql(step.args['sql'] ?? step.tool);
    const reply = await clients[step.who].call(step.tool, step.args);
    showReply(screen, reply);
    if (reply.isError) refused.push(step.args['sql'] ?? '');
    const records = (await log.follow()).filter((line) => callOf(line) === reply.meta['pgwarden/call']);
    for (const { log: name, record } of records) screen.audit(recordLine(shortName(name), record), isDenial(record));
    const kept = step.kept(reply) && isOnRecord(reply, records);
    screen.kept(step.promise, kept);
    if (!kept) broken += 1;
  }
  return { broken, refused };
}

function showReply(screen: Screen, reply: ToolReply): void {
  const error = errorOf(reply);
  const rows = reply.structured['rows'] ?? reply.structured['databases'];
  if (reply.isError) screen.refused(error.code, error.message);
  else screen.rows(Array.isArray(rows) ? rows : []);
}

/** A refusal is one record, or two where the backend refused; a permitted call is two, and its receipt is the leaf hash of the second. */
function isOnRecord(reply: ToolReply, records: readonly TailLine[]): boolean {
  const kinds = records.map(({ record }) => record.type).join(' ');
  if (reply.isError && kinds === 'intent') return records.every(({ record }) => isDenial(record));
  if (reply.isError) return kinds === 'intent outcome';
  const receipt = reply.meta['pgwarden/receipt'];
  const leaf = typeof receipt === 'object' && receipt !== null && 'leaf' in receipt ? receipt.leaf : undefined;
  return kinds === 'intent outcome' && records[1] !== undefined && leafHash(records[1].line) === leaf;
}

function callOf({ record }: TailLine): string | undefined {
  return record.type === 'intent' || record.type === 'outcome' ? record.call : undefined;
}

/** `shop/instance` is `shop` in a demo, which has one instance. */
const shortName = (log: string) => log.split('/')[0] ?? log;

function errorOf({ structured }: ToolReply): { readonly code: string; readonly message: string } {
  const error = structured['error'];
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) {
    return { code: '', message: '' };
  }
  return { code: String(error.code), message: String(error.message) };
}
