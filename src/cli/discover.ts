/** `pgwarden databases discover --aws`: prints YAML for the clusters of an account and region; connects to none, changes nothing. */

import type { AccountQuestion, DiscoveredCluster } from '../model/cluster.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface DiscoverOptions {
  readonly aws?: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly endpoint?: string;
  /** `key=value`, or `key` alone. */
  readonly tag?: readonly string[];
  readonly json?: boolean;
}

/** `main` brings it: the AWS clients live with the backends. Rejects with BACKEND_UNAVAILABLE. */
export type DiscoverClusters = (question: AccountQuestion) => Promise<readonly DiscoveredCluster[]>;

const wanted = (tags: readonly string[]) => (cluster: DiscoveredCluster) =>
  tags.every((tag) => {
    const [key = '', ...rest] = tag.split('=');
    const value = cluster.tags[key];
    return value !== undefined && (rest.length === 0 || value === rest.join('='));
  });

const scalar = (value: string | number | boolean) => JSON.stringify(value); // JSON's spelling is YAML's
const idOf = (identifier: string) =>
  identifier
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 63);

/** RDS keeps no secret for an application's role, and the master's is more than a broker needs. */
function secretLine({ masterSecretArn }: DiscoveredCluster): string {
  const hint = masterSecretArn === undefined ? '' : ` (not the master’s, which is ${masterSecretArn})`;
  return `    secret_arn: CHANGE_ME   # the secret of a least-privilege role${hint}`;
}

function reachLines(cluster: DiscoveredCluster): readonly string[] {
  if (cluster.dataApi)
    return ['    type: rds_data_api', `    resource_arn: ${scalar(cluster.arn)}`, secretLine(cluster)];
  const login = cluster.iam ? ['    auth: iam', '    user: CHANGE_ME   # a role with rds_iam'] : [secretLine(cluster)];
  return [
    '    type: direct_postgres',
    `    hostname: ${scalar(cluster.endpoint ?? '')}`,
    `    port: ${cluster.port}`,
    ...login,
  ];
}

function clusterLines(cluster: DiscoveredCluster, region: string): readonly string[] {
  const tags = Object.entries(cluster.tags).map(([key, value]) => scalar(`${key}=${value}`));
  return [
    `  ${scalar(idOf(cluster.identifier))}:`,
    ...reachLines(cluster),
    `    database: ${scalar(cluster.database ?? 'postgres')}`,
    `    region: ${scalar(region)}`,
    ...(tags.length === 0 ? [] : [`    tags: [${tags.join(', ')}]`]),
    '    readonly: true',
  ];
}

/** Prints on stdout. Throws CommandError, or the failure of the call to AWS. */
export async function discover(options: DiscoverOptions, deps: CommandDeps): Promise<void> {
  if (options.aws !== true) throw new CommandError('Nothing to discover is named.', 2, 'Write --aws.');
  const { region, profile, roleArn, externalId, endpoint, tag = [] } = options;
  if (region === undefined) throw new CommandError('No region is named.', 2, 'Write --region, such as eu-west-1.');
  const question = {
    region,
    ...(profile !== undefined && { profile }),
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
    ...(endpoint !== undefined && { endpoint }),
  };
  deps.terminal.passing(`asking AWS for the clusters in ${region} …`);
  const clusters = (await deps.discoverClusters(question).finally(() => deps.terminal.passing(''))).filter(wanted(tag));
  if (options.json === true) return deps.terminal.out(JSON.stringify(clusters, undefined, 2));
  if (clusters.length === 0)
    throw new CommandError('No Aurora PostgreSQL cluster was found.', 1, 'Look at region, account and tags.');
  deps.terminal.out(['databases:', ...clusters.flatMap((cluster) => clusterLines(cluster, region))].join('\n'));
}
