/** The two query-protocol services beside the Data API: STS (AssumeRole, GetCallerIdentity) and RDS (DescribeDBClusters). */

import { randomBytes } from 'node:crypto';
import { serviceError } from './service-error.ts';
import type { AccessKey, Signer } from './signature.ts';

export interface Role {
  readonly arn: string;
  readonly externalId?: string;
  /** Milliseconds the keys handed out last. */
  readonly lifetime: number;
}

export interface DescribedCluster {
  readonly identifier: string;
  readonly arn: string;
  readonly engine: string;
  /** Default `available`. */
  readonly status?: string;
  readonly endpoint: string;
  readonly port: number;
  readonly databaseName?: string;
  readonly httpEndpointEnabled: boolean;
  readonly iamEnabled: boolean;
  readonly masterSecretArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const element = (name: string, text: string | number | boolean) => `<${name}>${escapeXml(String(text))}</${name}>`;

export function assumeRole(
  form: URLSearchParams,
  roles: ReadonlyMap<string, Role>,
  keys: Map<string, AccessKey>,
): string {
  const role = roles.get(form.get('RoleArn') ?? '');
  if (role === undefined || (role.externalId !== undefined && role.externalId !== form.get('ExternalId')))
    throw serviceError('AccessDenied', 'The caller is not authorized to perform: sts:AssumeRole');
  const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
  const key = {
    secretAccessKey: randomBytes(20).toString('hex'),
    sessionToken: randomBytes(40).toString('base64'),
    identity: role.arn,
  };
  keys.set(id, key);
  const expiration = new Date(Date.now() + role.lifetime).toISOString();
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${element('AccessKeyId', id)}${element('SecretAccessKey', key.secretAccessKey)}${element('SessionToken', key.sessionToken)}${element('Expiration', expiration)}</Credentials><AssumedRoleUser>${element('Arn', role.arn)}${element('AssumedRoleId', 'AROA:test')}</AssumedRoleUser></AssumeRoleResult><ResponseMetadata>${element('RequestId', 'r')}</ResponseMetadata></AssumeRoleResponse>`;
}

export function callerIdentity(signer: Signer): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${element('Arn', signer.identity)}${element('UserId', signer.accessKeyId)}${element('Account', '123456789012')}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
}

/** One page of at most `MaxRecords` clusters, with a marker where more follow. */
export function describeClusters(form: URLSearchParams, clusters: readonly DescribedCluster[]): string {
  const wanted = form.get('DBClusterIdentifier');
  if (wanted !== null) return describeOne(wanted, clusters);
  const from = Number(form.get('Marker') ?? '0');
  const size = Number(form.get('MaxRecords') ?? '100');
  const page = clusters.slice(from, from + size);
  const marker = from + size < clusters.length ? element('Marker', from + size) : '';
  return `<DescribeDBClustersResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBClustersResult>${marker}<DBClusters>${page.map(describe).join('')}</DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>`;
}

/** By name or by ARN. */
function describeOne(wanted: string, clusters: readonly DescribedCluster[]): string {
  const found = clusters.find(({ identifier, arn }) => identifier === wanted || arn === wanted);
  if (found === undefined) throw serviceError('DBClusterNotFoundFault', `DBCluster ${wanted} not found.`);
  return `<DescribeDBClustersResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBClustersResult><DBClusters>${describe(found)}</DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>`;
}

function describe(cluster: DescribedCluster): string {
  const tags = Object.entries(cluster.tags).map(
    ([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`,
  );
  return `<DBCluster>${[
    element('DBClusterIdentifier', cluster.identifier),
    element('DBClusterArn', cluster.arn),
    element('Status', cluster.status ?? 'available'),
    element('Engine', cluster.engine),
    element('Endpoint', cluster.endpoint),
    element('Port', cluster.port),
    cluster.databaseName === undefined ? '' : element('DatabaseName', cluster.databaseName),
    element('HttpEndpointEnabled', cluster.httpEndpointEnabled),
    element('IAMDatabaseAuthenticationEnabled', cluster.iamEnabled),
    cluster.masterSecretArn === undefined
      ? ''
      : `<MasterUserSecret>${element('SecretArn', cluster.masterSecretArn)}</MasterUserSecret>`,
    `<TagList>${tags.join('')}</TagList>`,
  ].join('')}</DBCluster>`;
}
