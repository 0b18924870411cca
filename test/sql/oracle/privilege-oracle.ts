/** The privilege oracle: granted exactly the columns we read, a role can run the statement; with any one less it cannot. */

import type pg from 'pg';
import type { Access, RelationAccess } from '../../../src/sql/access.ts';
import { type Permission, printedOf, wantedBy } from './postgres-reading.ts';

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

interface Grant {
  /** `select`, `insert` …; rows are deleted from the table as a whole. */
  readonly action: Permission;
  readonly relation: string;
  readonly column: string;
  /** It stands in the query of a view that is read with the rights of its caller, which the analysed tree does not show. */
  readonly behindView: boolean;
}

/** One grant for each column; of a relation of which no column is named, its first. */
function grantsOf(access: Access): readonly Grant[] {
  const asked = access.relations.filter(({ inFrom, behindView }) => inFrom || behindView === true);
  const grants = asked.flatMap(
    ({ schema, name, action, columns, allColumns, inFrom }: RelationAccess): readonly Grant[] => {
      if (action === 'merge' || action === 'truncate') return []; // MERGE is no privilege: its parts are; TRUNCATE is refused
      const relation = `${quote(schema)}.${quote(name)}`;
      const read = columns.length > 0 ? columns.map((column) => column.name) : allColumns.slice(0, 1);
      return read.map((column) => ({ action, relation, column: quote(column), behindView: !inFrom }));
    },
  );
  return [...new Map(grants.map((grant) => [printed(grant), grant])).values()];
}

const printed = ({ action, relation, column }: Grant) =>
  action === 'delete' ? `DELETE ON ${relation}` : `${action} (${column}) ON ${relation}`;

/** EXPLAIN checks privileges as execution does, and trips over no value. Answers the SQLSTATE, or nothing. */
async function explainAs(
  client: pg.Client,
  role: string,
  grants: readonly Grant[],
  sql: string,
): Promise<string | undefined> {
  const script = grants.map((grant) => `GRANT ${printed(grant)} TO ${role};`).join('\n');
  try {
    await client.query(`BEGIN; ${script} SET LOCAL ROLE ${role}; EXPLAIN ${sql}`);
    return undefined;
  } catch (thrown) {
    return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : 'unknown';
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Class 22: the planner folded a constant and met a value it cannot have; nothing is said of privileges. */
const isDataError = (state: string | undefined) => state?.startsWith('22') === true;

export interface PrivilegeVerdict {
  /** Differences in either direction; none where the reading is exact. */
  readonly differences: readonly string[];
  /** Columns that only stood in what the planner dropped from the plan, of which PostgreSQL then asks nothing. */
  readonly unplanned: number;
}

export async function comparePrivileges(
  client: pg.Client,
  role: string,
  access: Access,
  sql: string,
): Promise<PrivilegeVerdict> {
  const grants = grantsOf(access);
  const all = await explainAs(client, role, grants, sql);
  if (isDataError(all)) return { differences: [], unplanned: 0 };
  if (all !== undefined) return { differences: [`granted all we read, it fails with ${all}`], unplanned: 0 };
  const differences: string[] = [];
  let unplanned = 0;
  for (const left of grants) {
    const rest = grants.filter((grant) => grant !== left);
    const state = await explainAs(client, role, rest, sql);
    if (state === '42501') continue;
    if (await isDropped(client, left, sql)) unplanned += 1;
    else differences.push(`without ${printed(left)} it ends with ${state ?? 'success'}`);
  }
  return { differences, unplanned };
}

/** Whether PostgreSQL wants it as the statement is written, and asks for nothing of the kind once the planner dropped a part. */
async function isDropped(
  client: pg.Client,
  { action, relation, column, behindView }: Grant,
  sql: string,
): Promise<boolean> {
  const { rows } = await client.query(
    'SELECT $1::regclass::oid::int8 AS relid, (SELECT attnum FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2) AS attnum',
    [relation, column.slice(1, -1).replaceAll('""', '"')],
  );
  const [{ relid, attnum }] = rows;
  const wants = (tree: string) => {
    const columns = wantedBy(tree, action).get(Number(relid));
    return columns !== undefined && (columns.size === 0 || columns.has(0) || columns.has(attnum));
  };
  const { analysed, planned } = await printedOf(client, sql);
  return !wants(planned) && (behindView || wants(analysed));
}

/** A role that can enter every schema and read nothing. */
export async function createReader(client: pg.Client, role: string): Promise<void> {
  await client.query(`CREATE ROLE ${role}`);
  for (const schema of ['public', 'shop', 'archive']) await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
}
