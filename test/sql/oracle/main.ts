/**
 * The oracles by hand, for longer: `npm run oracle -- --n 20000 [--seed 7] [--from-file statements.sql]`.
 * A file holds statements ended by a semicolon at the end of a line (what `sqlsmith --dry-run` prints); writes are
 * compared as well; what is known to differ by design is counted apart. `--postgres DIR` asks another server
 * than the one from npm, `--serve` only prints where a server with the schema listens, for a fuzzer to look at.
 * Ends with 1 when a difference was found; each is printed, to be kept as a trap.
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startCluster } from '../../support/cluster.ts';
import { StatementGenerator } from './generator.ts';
import { catalogOf } from './our-reading.ts';
import { readingSession } from './postgres-reading.ts';
import { comparePrivileges, createReader } from './privilege-oracle.ts';
import { compareReadings } from './reading-oracle.ts';

const { values: options } = parseArgs({
  options: {
    n: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'from-file': { type: 'string' },
    schema: { type: 'string', default: new URL('./schema.sql', import.meta.url).pathname },
    privileges: { type: 'boolean', default: false },
    postgres: { type: 'string' },
    serve: { type: 'boolean', default: false },
  },
});

function* statements(generator: StatementGenerator): Generator<string> {
  const file = options['from-file'];
  if (file === undefined) for (let made = 0; made < Number(options.n); made += 1) yield generator.next();
  else for (const text of readFileSync(file, 'utf8').split(/;\s*(?:\n|$)/)) if (text.trim() !== '') yield text.trim();
}

/** Statements that a caller would send to a database open for writing. */
const writes = /^\s*(?:insert|update|delete|merge|with)\b/i;

/** Row locks and texts above the cap, which the gate takes in no database. */
function isKnown(differences: readonly string[]): boolean {
  return differences.some((one) => /(?:locks rows|bytes long; \d+ are accepted)\.$/.test(one));
}

async function main(): Promise<number> {
  const cluster = await startCluster(options.postgres === undefined ? {} : { installation: options.postgres });
  const client = new pg.Client({
    host: cluster.host,
    port: cluster.port,
    user: cluster.superuser,
    password: cluster.password,
    database: 'postgres',
  });
  try {
    await client.connect();
    await client.query(readFileSync(options.schema, 'utf8'));
    if (options.serve) {
      console.log(`postgresql://${cluster.superuser}:${cluster.password}@${cluster.host}:${cluster.port}/postgres`);
      await once(process, 'SIGINT');
      return 0;
    }
    const catalog = await catalogOf(client, ['public', 'shop']);
    const oracle = { catalog, ask: await readingSession(client) };
    if (options.privileges) await createReader(client, 'oracle_reader');
    const generator = new StatementGenerator(catalog, Number(options.seed), { foldable: !options.privileges });
    const counts = { same: 0, refused: 0, known: 0, different: 0 };
    console.log(`seed ${options.seed}`);
    for (const sql of statements(generator)) {
      const verdict = await compareReadings(oracle, sql, { writes: writes.test(sql) });
      if (verdict.is === 'different' && isKnown(verdict.differences)) {
        counts.known += 1;
        continue;
      }
      const found =
        verdict.is === 'different'
          ? verdict.differences
          : verdict.is === 'same' && options.privileges
            ? (await comparePrivileges(client, 'oracle_reader', verdict.access, sql)).differences
            : [];
      counts[found.length > 0 ? 'different' : verdict.is] += 1;
      if (found.length > 0) console.log(`\n${sql};\n  ${found.join('\n  ')}`);
    }
    console.log(
      `${counts.same} read alike, ${counts.refused} refused by PostgreSQL, ${counts.known} known, ${counts.different} different`,
    );
    return counts.different === 0 ? 0 : 1;
  } finally {
    await client.end();
    await cluster.stop();
  }
}

process.exitCode = await main();
