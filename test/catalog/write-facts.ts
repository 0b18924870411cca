/**
 * `npm run facts -- [DIR…]`: writes src/catalog/built-in-facts.br anew. Each DIR is an installation of PostgreSQL (bin, lib,
 * share), whose major version is replaced or added; without any it is the one the tests run against. Other versions stay.
 */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import pg from 'pg';
import { type Fact, factsFile, shippedFacts } from '../../src/catalog/facts.ts';
import { builtInRows } from '../support/built-in-rows.ts';
import { startCluster } from '../support/cluster.ts';

/** Majors a file may hold. */
const majors = Array.from({ length: 20 }, (_, index) => 14 + index);

async function factsOf(installation: string | undefined): Promise<readonly [number, readonly Fact[]]> {
  const cluster = await startCluster(installation === undefined ? {} : { installation });
  const { host, port, superuser: user, password } = cluster;
  const client = new pg.Client({ host, port, user, password, database: 'postgres', ssl: false });
  await client.connect();
  await client.query(`SET search_path = 'public', 'pg_temp'`);
  const { rows } = await client.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
  const facts = await builtInRows(client);
  await client.end();
  await cluster.stop();
  return [rows[0].major, facts];
}

const byMajor = new Map<number, readonly Fact[]>();
for (const major of existsSync(factsFile) ? majors : []) byMajor.set(major, await shippedFacts(major));
const given = process.argv.slice(2);
for (const installation of given.length === 0 ? [undefined] : given) byMajor.set(...(await factsOf(installation)));

/** Each object once, with the versions that have it as it is. */
const having = new Map<string, number[]>();
for (const major of majors)
  for (const { place, row } of byMajor.get(major) ?? []) {
    const line = JSON.stringify([place, ...row]).slice(1);
    having.set(line, [...(having.get(line) ?? []), major]);
  }
const orderOf = (line: string): readonly number[] =>
  line.split(',', 2).map((value) => Number(value.replaceAll('"', '')));
const inOrder = [...having].sort(([a], [b]) => {
  const [[place = 0, oid = 0], [otherPlace = 0, otherOid = 0]] = [orderOf(a), orderOf(b)];
  return place - otherPlace || oid - otherOid;
});
const text = inOrder.map(([line, versions]) => `[${JSON.stringify(versions)},${line}`).join('\n');
const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
const packed = await promisify(brotliCompress)(text, { params });
await writeFile(factsFile, packed);
const sizes = [...byMajor].filter(([, facts]) => facts.length > 0).map(([major, facts]) => `${major}: ${facts.length}`);
console.log(
  `objects of ${sizes.sort().join(', ')}; ${having.size} lines, ${text.length} bytes, packed ${packed.length}`,
);
