/** The Aurora PostgreSQL clusters of an account and region. Import this file only when it is called: it brings the SDK. */

import { type DBCluster, DescribeDBClustersCommand, RDSClient } from '@aws-sdk/client-rds';
import type { AccountQuestion, DiscoveredCluster } from '../../model/cluster.ts';
import { clientSettings } from './client-settings.ts';
import type { ProxyFor } from './proxy.ts';

function readCluster(cluster: DBCluster): DiscoveredCluster | undefined {
  const { DBClusterIdentifier: identifier, DBClusterArn: arn, Engine: engine } = cluster;
  if (identifier === undefined || arn === undefined || engine !== 'aurora-postgresql') return undefined;
  return {
    identifier,
    arn,
    endpoint: cluster.Endpoint,
    port: cluster.Port ?? 5432,
    database: cluster.DatabaseName,
    dataApi: cluster.HttpEndpointEnabled === true,
    iam: cluster.IAMDatabaseAuthenticationEnabled === true,
    masterSecretArn: cluster.MasterUserSecret?.SecretArn,
    tags: Object.fromEntries(
      (cluster.TagList ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])),
    ),
  };
}

export interface ClusterState {
  readonly dataApi: boolean;
  /** As RDS names it: `available`, `stopped` … */
  readonly status: string;
}

/** One cluster by its ARN; the caller needs `rds:DescribeDBClusters`. Rejects with what the SDK throws. */
export async function describeCluster(aws: AccountQuestion, arn: string, proxyFor?: ProxyFor): Promise<ClusterState> {
  const client = new RDSClient({
    ...(await clientSettings('rds', aws, { arn, sockets: 1, proxyFor })),
    maxAttempts: 2,
  });
  try {
    const { DBClusters: [cluster] = [] } = await client.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: arn }),
    );
    return { dataApi: cluster?.HttpEndpointEnabled === true, status: cluster?.Status ?? 'unknown' };
  } finally {
    client.destroy();
  }
}

/** Reads page by page; the caller needs `rds:DescribeDBClusters`. Rejects with what the SDK throws. */
export async function describeClusters(
  aws: AccountQuestion,
  proxyFor?: ProxyFor,
): Promise<readonly DiscoveredCluster[]> {
  const client = new RDSClient({ ...(await clientSettings('rds', aws, { sockets: 2, proxyFor })), maxAttempts: 3 });
  try {
    const found: DiscoveredCluster[] = [];
    let marker: string | undefined;
    do {
      const page = await client.send(
        new DescribeDBClustersCommand({ MaxRecords: 100, ...(marker === undefined ? {} : { Marker: marker }) }),
      );
      found.push(...(page.DBClusters ?? []).map(readCluster).filter((cluster) => cluster !== undefined));
      marker = page.Marker;
    } while (marker !== undefined && marker !== '');
    return found;
  } finally {
    client.destroy();
  }
}
