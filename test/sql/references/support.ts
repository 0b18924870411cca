/** A database with the oracles' schema, and readings against it. */

import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { BrokerError } from '../../../src/model/errors.ts';
import type { Access, RelationAccess } from '../../../src/sql/access.ts';
import type { Sight } from '../../../src/sql/name-not-available.ts';
import { parseStatement } from '../../../src/sql/parse-statement.ts';
import { resolveReferences } from '../../../src/sql/references/resolve-references.ts';
import { aDatabase, aRequest } from '../oracle/our-reading.ts';

export interface Options {
  readonly sight?: Sight;
  readonly target?: string;
  readonly writes?: boolean;
}

export async function read(catalog: Catalog, sql: string, options: Options = {}): Promise<Access> {
  const database = aDatabase({ readonly: options.writes !== true });
  const request = aRequest(sql, {
    intent: options.writes === true ? 'write' : 'read',
    ...(options.target === undefined ? {} : { target: options.target }),
  });
  const statement = await parseStatement(request, database);
  return resolveReferences(statement, { current: async () => catalog, invalidate: () => undefined }, options.sight);
}

/** The refusal a reading ends with. */
export async function refusal(catalog: Catalog, sql: string, options: Options = {}): Promise<BrokerError> {
  try {
    await read(catalog, sql, options);
  } catch (thrown) {
    return thrown as BrokerError;
  }
  throw new Error(`not refused: ${sql}`);
}

/** One relation of a reading, by `schema.name`. */
export function relation(access: Access, name: string): RelationAccess {
  const found = access.relations.find((one) => `${one.schema}.${one.name}` === name);
  if (found === undefined) throw new Error(`${name} is not read`);
  return found;
}

export const columns = (access: Access, name: string) => relation(access, name).columns.map((column) => column.name);
