/** The privilege oracle: granted exactly the columns we read, a role can run the statement; with any one less it cannot. */

import type pg from 'pg';
import type { Access, RelationAccess } from '../../../src/sql/access.ts';

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

interface Grant {
  /** `select`, `insert` …; rows are deleted from the table as a whole. */
  readonly action: RelationAccess['action'];
  readonly relation: string;
  readonly column: string;
}

/** One grant for each column; of a relation of which no column is named, its first. */
function grantsOf(access: Access): readonly Grant[] {
  const asked = access.relations.filter(
    ({ inFrom, behindView, action }) => (inFrom || behindView === true) && action !== 'merge', // no privilege: its parts are
  );
  const grants = asked.flatMap(({ schema, name, action, columns, allColumns }: RelationAccess): readonly Grant[] => {
    const relation = `${quote(schema)}.${quote(name)}`;
    const read = columns.length > 0 ? columns.map((column) => column.name) : allColumns.slice(0, 1);
    return read.map((column) => ({ action, relation, column: quote(column) }));
  });
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
  /** Columns of relations that the planner dropped from the plan, of which PostgreSQL then asks nothing. */
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
    if (await isPlanned(client, left.relation, sql))
      differences.push(`without ${printed(left)} it ends with ${state ?? 'success'}`);
    else unplanned += 1;
  }
  return { differences, unplanned };
}

/** Whether the plan, as the superuser gets it, scans the relation or one of its partitions and children. */
async function isPlanned(client: pg.Client, relation: string, sql: string): Promise<boolean> {
  const { rows } = await client.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`);
  const plan = JSON.stringify(rows);
  const { rows: family } = await client.query(
    `WITH RECURSIVE f(oid) AS (SELECT $1::regclass::oid UNION SELECT inhrelid FROM pg_inherits i JOIN f ON f.oid = i.inhparent)
     SELECT relname, relnamespace::regnamespace::text AS schema FROM f JOIN pg_class USING (oid)`,
    [relation],
  );
  const asPlanned = (name: string, schema: string) =>
    `"Relation Name":${JSON.stringify(name)},"Schema":${JSON.stringify(schema)}`;
  return family.some(({ relname, schema }) => plan.includes(asPlanned(relname, schema)));
}

/** A role that can enter every schema and read nothing. */
export async function createReader(client: pg.Client, role: string): Promise<void> {
  await client.query(`CREATE ROLE ${role}`);
  for (const schema of ['public', 'shop', 'archive']) await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
}
