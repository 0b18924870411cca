/** Where the AWS SDK looks for keys. Import this file only when a call needs it: it brings the SDK. */

import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsSettings } from '../../model/database.ts';
import { endpointFor } from './endpoints.ts';
import { agentsFor, type ProxyFor } from './proxy.ts';

/** Gives keys when asked; the AWS clients take exactly this. */
export type CredentialProvider = ReturnType<typeof fromNodeProviderChain>;

/** The profile's or the process's own keys, or those of a role assumed with them. */
export async function credentialChain(
  aws: AwsSettings,
  { region, arn, proxyFor }: { region: string; arn: string | undefined; proxyFor: ProxyFor | undefined },
): Promise<CredentialProvider> {
  const own = fromNodeProviderChain(aws.profile === undefined ? {} : { profile: aws.profile });
  if (aws.roleArn === undefined) return own;
  const endpoint = endpointFor('sts', aws, arn);
  const requestHandler = await agentsFor(endpoint, 2, proxyFor);
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: aws.roleArn,
      RoleSessionName: 'pgwarden',
      ...(aws.externalId === undefined ? {} : { ExternalId: aws.externalId }),
    },
    clientConfig: { region, endpoint, maxAttempts: 2, requestHandler },
  });
}
