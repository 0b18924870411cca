/** What every AWS client here is told: nothing is left to the environment but where the credentials are. */

import type { AwsSettings } from '../../model/database.ts';
import type { CredentialProvider } from './credential-chain.ts';
import { credentialsFor } from './credentials.ts';
import { type AwsService, endpointFor, regionFor } from './endpoints.ts';
import { type Agents, agentsFor, type ProxyFor } from './proxy.ts';

export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: CredentialProvider;
  /** One: the adapter repeats by itself, and only what cannot have had an effect. */
  readonly maxAttempts: 1;
  readonly useFipsEndpoint: false;
  readonly useDualstackEndpoint: false;
  readonly requestHandler: Agents;
}

export interface ClientNeeds {
  /** What the calls are about: it says region and partition. */
  readonly arn?: string | undefined;
  /** Connections of this client at most; each database has a client of its own, so none waits for another's. */
  readonly sockets: number;
  readonly proxyFor?: ProxyFor | undefined;
}

export async function clientSettings(
  service: AwsService,
  aws: AwsSettings,
  { arn, sockets, proxyFor }: ClientNeeds,
): Promise<ClientSettings> {
  const region = regionFor(aws, arn);
  const endpoint = endpointFor(service, aws, arn);
  return {
    region,
    endpoint,
    credentials: await credentialsFor(aws, region, arn, proxyFor),
    maxAttempts: 1,
    useFipsEndpoint: false, // the endpoint above is stated, a FIPS one too
    useDualstackEndpoint: false,
    requestHandler: await agentsFor(endpoint, sockets, proxyFor),
  };
}
