/** AWS credentials of one database: a profile or the process's own, and a role assumed with them where one is named. */

import type { AwsSettings } from '../../model/database.ts';
import type { CredentialProvider } from './credential-chain.ts';
import type { ProxyFor } from './proxy.ts';

type Keys = Awaited<ReturnType<CredentialProvider>>;

/** Seconds before they end at which temporary keys are replaced. */
const margin = 5 * 60;

/** One provider per account and role, so that a thousand databases of one role assume it once. */
const providers = new Map<string, CredentialProvider>();

const isFresh = ({ expiration }: Keys) => expiration === undefined || expiration.getTime() - Date.now() > margin * 1000;

/** Keeps what a provider gave until shortly before it ends; concurrent callers share one request. */
function cached(load: CredentialProvider): CredentialProvider {
  let current: Keys | undefined;
  let pending: Promise<Keys> | undefined;
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
  proxyFor?: ProxyFor,
): Promise<CredentialProvider> {
  const key = JSON.stringify([
    aws.profile,
    aws.roleArn,
    aws.externalId,
    aws.endpoint,
    aws.fips,
    aws.roleArn === undefined ? '' : region,
  ]);
  const known = providers.get(key);
  if (known !== undefined) return known;
  const { credentialChain } = await import('./credential-chain.ts');
  const made = cached(await credentialChain(aws, { region, arn, proxyFor }));
  const first = providers.get(key) ?? made;
  providers.set(key, first);
  return first;
}
