/** AWS credentials of one database: a profile or the process's own, and a role assumed with them where one is named. */

import type { AwsSettings } from '../../model/database.ts';
import { endpointFor } from './endpoints.ts';

/** Gives keys when asked; the AWS clients take exactly this. */
export type AwsCredentialIdentityProvider = ReturnType<typeof import('@aws-sdk/credential-providers').fromEnv>;
type AwsCredentialIdentity = Awaited<ReturnType<AwsCredentialIdentityProvider>>;

/** Seconds before they end at which temporary keys are replaced. */
const margin = 5 * 60;

/** One provider per account and role, so that a thousand databases of one role assume it once. */
const providers = new Map<string, AwsCredentialIdentityProvider>();

async function build(
  aws: AwsSettings,
  region: string,
  arn: string | undefined,
): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const own = fromNodeProviderChain(aws.profile === undefined ? {} : { profile: aws.profile });
  if (aws.roleArn === undefined) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: aws.roleArn,
      RoleSessionName: 'pgwarden',
      ...(aws.externalId === undefined ? {} : { ExternalId: aws.externalId }),
    },
    clientConfig: { region, endpoint: endpointFor('sts', aws, arn), maxAttempts: 2 },
  });
}

const isFresh = ({ expiration }: AwsCredentialIdentity) =>
  expiration === undefined || expiration.getTime() - Date.now() > margin * 1000;

/** Keeps what a provider gave until shortly before it ends; concurrent callers share one request. */
function cached(load: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  let current: AwsCredentialIdentity | undefined;
  let pending: Promise<AwsCredentialIdentity> | undefined;
  return async () => {
    if (current !== undefined && isFresh(current)) return current;
    pending ??= load().finally(() => {
      pending = undefined;
    });
    current = await pending;
    return current;
  };
}

/** The credentials for calls about `arn`. Loads the AWS packages on the first call; nothing is fetched until they are needed. */
export async function credentialsFor(
  aws: AwsSettings,
  region: string,
  arn: string | undefined,
): Promise<AwsCredentialIdentityProvider> {
  const key = JSON.stringify([
    aws.profile,
    aws.roleArn,
    aws.externalId,
    aws.endpoint,
    aws.roleArn === undefined ? '' : region,
  ]);
  const known = providers.get(key);
  if (known !== undefined) return known;
  const made = cached(await build(aws, region, arn));
  const first = providers.get(key) ?? made;
  providers.set(key, first);
  return first;
}
