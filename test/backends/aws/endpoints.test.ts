/** Where calls go in every partition, held against the rules the AWS SDK ships; the table here decides, without loading it. */

import { RDSClient } from '@aws-sdk/client-rds';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { type AwsService, endpointFor } from '../../../src/backends/aws/endpoints.ts';

interface Rules {
  readonly config: { readonly endpointProvider: (question: Record<string, string | boolean>) => { readonly url: URL } };
}

const region = 'eu-west-1';
const clients: Readonly<Record<AwsService, Rules>> = {
  'rds-data': new RDSDataClient({ region }),
  secretsmanager: new SecretsManagerClient({ region }),
  sts: new STSClient({ region }),
  rds: new RDSClient({ region }),
  s3: new S3Client({ region }),
};
const services = Object.keys(clients) as readonly AwsService[];

const regions: readonly (readonly [partition: string, region: string])[] = [
  ['aws', 'us-east-1'],
  ['aws', 'ap-southeast-7'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-northwest-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-e', 'eu-isoe-west-1'],
  ['aws-iso-f', 'us-isof-south-1'],
  ['aws-eusc', 'eusc-de-east-1'],
];

test('China has no FIPS endpoints, so nothing is sent there instead', () => {
  expect(() => endpointFor('rds-data', { fips: true, region: 'cn-north-1' }, undefined)).toThrow(/no FIPS/);
});

describe.each(regions)('%s, %s', (partition, Region) => {
  const both = partition === 'aws-cn' ? [false] : [false, true];
  test.each(both)('as the SDK resolves it, by ARN and by region alone (fips: %s)', (fips) => {
    const question = { Region, UseFIPS: fips, UseDualStack: false, UseGlobalEndpoint: false };
    for (const service of services) {
      const expected = clients[service].config.endpointProvider(question).url.href.replace(/\/$/, '');
      const arn = `arn:${partition}:rds:${Region}:123456789012:cluster:orders`;
      expect(endpointFor(service, { fips }, arn)).toBe(expected);
      expect(endpointFor(service, { fips, region: Region }, undefined)).toBe(expected);
    }
  });
});
