/** `pgwarden demo --rds`: the demo's two databases as clusters behind an imitation of the RDS Data API on this machine. */

import { useAwsKey } from '../config/environment.ts';
import { peopleSql, shopSql } from './demo-data.ts';
import type { Screen } from './demo-screen.ts';

/** A cluster to be imitated; what `emulator/demonstration.ts` takes. */
export interface ClusterToEmulate {
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly seed: string;
  readonly login: { readonly username: string; readonly password: string };
}

export interface EmulatedAws {
  /** On loopback. */
  readonly endpoint: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requests: readonly {
    readonly operation: string;
    readonly status: number;
    readonly sql: string | undefined;
  }[];
  readonly close: () => Promise<void>;
}

export type EmulateAws = (clusters: readonly ClusterToEmulate[]) => Promise<EmulatedAws>;

export interface DemoCloud extends EmulatedAws {
  /** Lines of the configuration that say where the two databases are. */
  readonly databases: readonly string[];
}

const region = 'eu-west-1';
const account = '123456789012';

/** A login that may read, as every database here should have one; its password lives as long as the demo. */
function cluster(name: string, seed: string): ClusterToEmulate {
  const username = `${name}_reader`;
  const password = `reader of ${name}`;
  return {
    resourceArn: `arn:aws:rds:${region}:${account}:cluster:${name}`,
    secretArn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-reader`,
    seed: `${seed}
CREATE ROLE ${username} LOGIN PASSWORD '${password}';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${username};`,
    login: { username, password },
  };
}

const described: Readonly<Record<string, string>> = { shop: 'Orders and customers', people: 'Salaries' };

/** Starts the imitation, and gives this process its key and no other. */
export async function startDemoCloud(emulateAws: EmulateAws): Promise<DemoCloud> {
  const clusters = { shop: cluster('shop', shopSql), people: cluster('people', peopleSql) };
  const aws = await emulateAws(Object.values(clusters));
  useAwsKey(aws.key);
  const databases = Object.entries(clusters).flatMap(([name, { resourceArn, secretArn }]) => [
    `  ${name}:`,
    '    type: rds_data_api',
    `    resource_arn: "${resourceArn}"`,
    `    secret_arn: "${secretArn}"`,
    '    database: postgres',
    `    description: "${described[name]}"`,
    '    tags: [demo]',
    `    aws: { endpoint: "${aws.endpoint}" }`,
  ]);
  return { ...aws, databases };
}

/** How to ask the service itself, with AWS's own command line. */
export function showService({ endpoint, key }: EmulatedAws, screen: Screen): void {
  const { resourceArn, secretArn } = cluster('shop', '');
  screen.line('\nThe service itself, beside pgwarden:');
  screen.sql(
    `AWS_ACCESS_KEY_ID=${key.accessKeyId} AWS_SECRET_ACCESS_KEY=${key.secretAccessKey} aws rds-data execute-statement ` +
      `--endpoint-url ${endpoint} --region ${region} --resource-arn ${resourceArn} --secret-arn ${secretArn} ` +
      "--database postgres --sql 'SELECT * FROM orders LIMIT 3'",
  );
}

/** What the service saw of the tour; gives the number of promises that were not kept. */
export function showRequests({ requests }: EmulatedAws, refused: readonly string[], screen: Screen): number {
  const counts = new Map<string, number>();
  for (const { operation } of requests) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  screen.title('what the service saw');
  for (const [operation, count] of counts) screen.line(`   ${operation.padEnd(20)} ${count}`);
  const turnedAway = requests.filter(({ status }) => status === 403).length;
  const leaked = requests.filter(({ sql }) => refused.some((text) => sql?.includes(text) === true)).length;
  const kept = requests.length > 0 && turnedAway === 0 && leaked === 0;
  screen.kept('Every request was signed (Signature Version 4, verified), and none held a refused statement.', kept);
  return kept ? 0 : 1;
}
