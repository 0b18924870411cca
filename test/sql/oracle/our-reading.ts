/** Our reading of a statement against the catalog of a real server, loaded by a direct client. */

import type pg from 'pg';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { fixedStatements } from '../../../src/catalog/fixed-statements.ts';
import { loadCatalog } from '../../../src/catalog/loader.ts';
import type { Database } from '../../../src/model/database.ts';
import { systemPrincipal } from '../../../src/model/principal.ts';
import { noParameters, type QueryRequest } from '../../../src/model/request.ts';
import type { Access } from '../../../src/sql/access.ts';
import { parseStatement } from '../../../src/sql/parse-statement.ts';
import { resolveReferences } from '../../../src/sql/references/resolve-references.ts';
import { plainDatabase } from '../../support/database.ts';

const systemParts = new Map();

/** Loads the catalog as it stands; the client's search_path is set as a call would pin it. */
export async function catalogOf(client: pg.Client, searchPath: readonly string[] = ['public']): Promise<Catalog> {
  await client.query(`SELECT set_config('search_path', $1, false)`, [searchPath.map((name) => `"${name}"`).join(',')]);
  return loadCatalog(
    async (name, parameters) =>
      (await client.query({ text: fixedStatements[name].text, values: [...parameters], rowMode: 'array' })).rows,
    searchPath,
    systemParts,
  );
}

/** A database as the configuration would describe it; only what parsing and reading look at matters. */
export const aDatabase = (overrides: Partial<Database> = {}): Database => ({
  ...plainDatabase,
  id: 'oracle',
  ...overrides,
});

/** A request as a tool would make it. */
export function aRequest(sql: string, overrides: Partial<QueryRequest> = {}): QueryRequest {
  return {
    call: { id: 'call', tool: 'run_query', principal: systemPrincipal, client: {}, transport: 'internal' },
    databaseId: 'oracle',
    action: 'select',
    statement: { from: 'caller', sql, parameters: noParameters },
    intent: 'read',
    ...overrides,
  };
}

/** Reads one statement against a catalog. */
export async function readAgainst(
  catalog: Catalog,
  sql: string,
  options: { readonly writes?: boolean } = {},
): Promise<Access> {
  const database = aDatabase({ readonly: options.writes !== true });
  const request = aRequest(sql, options.writes === true ? { intent: 'write' } : {});
  const statement = await parseStatement(request, database);
  return resolveReferences(statement, { current: async () => catalog, invalidate: () => undefined });
}
