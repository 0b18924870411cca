/** What a server itself has of the objects that facts are shipped of: read by the loader's own pages. */

import type pg from 'pg';
import { kindsInOrder } from '../../src/catalog/catalog-kinds.ts';
import type { Fact } from '../../src/catalog/facts.ts';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { firstUnpinnedOid, kindsOfFacts } from '../../src/catalog/header-statement.ts';

/** In order of kind and OID. The client's search_path must be as a call would pin it. */
export async function builtInRows(client: pg.Client): Promise<readonly Fact[]> {
  const found: Fact[] = [];
  for (const name of kindsOfFacts)
    for (let after = '0'; ; ) {
      const values = [after, String(firstUnpinnedOid)];
      const { rows } = await client.query({ text: fixedStatements[`catalog_${name}`].text, values, rowMode: 'array' });
      const last = rows.at(-1);
      if (last === undefined) break;
      found.push(...rows.map((row) => ({ place: kindsInOrder.indexOf(name), row: row.slice(0, -1) })));
      after = last[0];
    }
  return found;
}
