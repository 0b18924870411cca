/** Makes the hypothetical index a statement is planned with: a step before it, in a session that nobody gets afterwards. */

import type { AuthorizedContents } from '../../audit/audit-log.ts';
import type { HypotheticalIndex } from '../../model/request.ts';
import type { QueryResult } from '../../model/result.ts';
import type { Step } from '../protocol/encode.ts';
import type { Reply } from './converse.ts';
import { directSession } from './pin.ts';

const textType = 25;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function definition({ schema, relation, columns }: HypotheticalIndex): string {
  const keys = columns.map(({ name, descending }) => `${quoted(name)}${descending ? ' DESC' : ''}`);
  return `CREATE INDEX ON ${quoted(schema)}.${quoted(relation)} (${keys.join(', ')})`;
}

/**
 * HypoPG keeps its indexes in the memory of the server's session until that ends, whatever becomes of the transaction: a
 * session that a pooler hands on would show them to others, so there none is made and the step answers no row.
 */
const textFor = (schema: string): string =>
  `SELECT made.indexname::pg_catalog.text, ${quoted(schema)}.hypopg_relation_size(made.indexrelid)::pg_catalog.text
FROM (SELECT $1::pg_catalog.text AS definition
  WHERE pg_catalog.current_setting('${directSession.setting}', true) OPERATOR(pg_catalog.=) '${directSession.value}') AS wanted,
LATERAL ${quoted(schema)}.hypopg_create_index(wanted.definition) AS made`;

/** Undefined for every other call. */
export function hypotheticalStep({ request, access }: AuthorizedContents): Step | undefined {
  const { hypothetical } = request;
  const maker = access.functions.find(({ via }) => via === 'hypothetical');
  if (hypothetical === undefined || maker === undefined) return undefined;
  return { text: textFor(maker.schema), types: [textType], values: [definition(hypothetical)], maxRows: 0 };
}

/** What the step said: nothing where no index was made. */
export function readHypothetical(reply: Reply | undefined): Pick<QueryResult, 'hypothetical'> {
  const [name, bytes] = (reply?.tag === 'SELECT 1' ? reply.rows.first() : undefined) ?? [];
  if (typeof name !== 'string' || typeof bytes !== 'string') return {};
  return { hypothetical: { name, bytes: Number(bytes) } };
}

/** Whether the session may hold indexes that do not exist: DISCARD ALL does not take them back. */
export const leavesHypothetical = ({ access }: AuthorizedContents): boolean =>
  access.functions.some(({ extension }) => extension === 'hypopg');
