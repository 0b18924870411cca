/** The reading oracle: PostgreSQL's analysed tree against ours. */

import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { Access } from '../../../src/sql/access.ts';
import { differences } from './compare.ts';
import { readAgainst } from './our-reading.ts';
import type { PostgresReading } from './postgres-reading.ts';

export type Verdict =
  | { readonly is: 'same'; readonly access: Access }
  /** PostgreSQL itself refuses the statement: nothing to compare. */
  | { readonly is: 'refused'; readonly because: string }
  | { readonly is: 'different'; readonly differences: readonly string[] };

export interface Oracle {
  readonly catalog: Catalog;
  readonly ask: (sql: string) => Promise<PostgresReading>;
}

const messageOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown));

export async function compareReadings(
  oracle: Oracle,
  sql: string,
  options: { readonly writes?: boolean } = {},
): Promise<Verdict> {
  let theirs: PostgresReading;
  try {
    theirs = await oracle.ask(explained(sql));
  } catch (refusal) {
    return { is: 'refused', because: messageOf(refusal) };
  }
  try {
    const access = await readAgainst(oracle.catalog, sql, options);
    const found = differences(oracle.catalog, theirs, access);
    return found.length === 0 ? { is: 'same', access } : { is: 'different', differences: found };
  } catch (thrown) {
    return { is: 'different', differences: [`we refuse it: ${messageOf(thrown)}`] };
  }
}

/** The tree of EXPLAIN holds nothing: its inner statement is asked about. */
function explained(sql: string): string {
  return sql.replace(
    /^((?:\s|--[^\n]*\n|\/\*[^*]*\*\/)*)explain\s*(\([^)]*\)|analyze\s+verbose|analyze|verbose)?\s*/i,
    '$1',
  );
}
