/** Where AWS calls of one database go: the region's real endpoint, or the pinned one; never what the environment says. */

import type { AwsSettings } from '../../model/database.ts';
import { Failure } from '../../model/errors.ts';

export type AwsService = 'rds-data' | 'secretsmanager' | 'sts' | 'rds' | 's3';

/** Parts of an ARN that decide where it lives; a placeholder leaves `region` undefined. */
export interface ArnPlace {
  readonly partition: string;
  readonly region: string | undefined;
}

/** Domain of each partition's services. */
const domains: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
  'aws-eusc': 'amazonaws.eu',
};

/** The partition a region belongs to, by its name; what is not listed is commercial. */
const partitions: readonly (readonly [prefix: string, partition: string])[] = [
  ['us-gov-', 'aws-us-gov'],
  ['cn-', 'aws-cn'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

/** In GovCloud the plain endpoints of these services are the FIPS ones. */
const plainInGovCloud: ReadonlySet<AwsService> = new Set(['sts', 'rds']);

const regionPattern = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

export function placeOf(arn: string): ArnPlace {
  const [, partition = '', , region = ''] = arn.split(':');
  return { partition, region: regionPattern.test(region) ? region : undefined };
}

const misconfigured = (message: string, hint: string) => new Failure('BACKEND_UNAVAILABLE', message, { hint });

/** The region a database's calls are signed for: the configured one, else its ARN's. */
export function regionFor(aws: AwsSettings, arn: string | undefined): string {
  const region = aws.region ?? (arn === undefined ? undefined : placeOf(arn).region);
  if (region !== undefined && regionPattern.test(region)) return region;
  throw misconfigured('The AWS region of the database is not known.', 'Set region, or write the real ARN.');
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The pinned endpoint without a trailing slash; plain HTTP only to this machine, since the request holds the SQL. */
function pinned(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname)))
    return endpoint.replace(/\/+$/, '');
  throw misconfigured('The configured AWS endpoint is not https.', 'Use https; http is only for a loopback address.');
}

/** An ARN says its partition; without one the region's name does. */
const partitionOf = (arn: string | undefined, region: string): string =>
  arn === undefined ? (partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws') : placeOf(arn).partition;

/** The endpoint of `service`; stated to every client, so that no variable and no profile can redirect signed requests. */
export function endpointFor(service: AwsService, aws: AwsSettings, arn: string | undefined): string {
  if (aws.endpoint !== undefined) return pinned(aws.endpoint);
  const region = regionFor(aws, arn);
  const partition = partitionOf(arn, region);
  const domain = domains[partition];
  if (domain === undefined)
    throw misconfigured('The AWS partition of the database is not known.', 'Set aws: { endpoint: https://… }.');
  if (aws.fips === true && partition === 'aws-cn')
    throw misconfigured('AWS has no FIPS endpoints in China.', 'Leave aws: { fips } out.');
  const isFips = aws.fips === true && !(partition === 'aws-us-gov' && plainInGovCloud.has(service));
  return `https://${service}${isFips ? '-fips' : ''}.${region}.${domain}`;
}
