/** What every AWS client here is told: nothing is left to the environment but where the credentials are. */

import type { AwsSettings } from '../../model/database.ts';
import type { CredentialProvider } from './credential-chain.ts';
import { credentialsFor } from './credentials.ts';
import { type AwsService, endpointFor, regionFor } from './endpoints.ts';

export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: CredentialProvider;
  /** One: the adapter repeats by itself, and only what cannot have had an effect. */
  readonly maxAttempts: 1;
  readonly useFipsEndpoint: false;
  readonly useDualstackEndpoint: false;
  readonly requestHandler: { readonly httpsAgent: SocketLimit; readonly httpAgent: SocketLimit };
}

interface SocketLimit {
  readonly maxSockets: number;
  readonly keepAlive: true;
}

/** `sockets`: connections of this client at most; each database has a client of its own, so none waits for another's. */
export async function clientSettings(
  service: AwsService,
  aws: AwsSettings,
  arn: string | undefined,
  sockets: number,
): Promise<ClientSettings> {
  const region = regionFor(aws, arn);
  const agent: SocketLimit = { maxSockets: sockets, keepAlive: true };
  return {
    region,
    endpoint: endpointFor(service, aws, arn),
    credentials: await credentialsFor(aws, region, arn),
    maxAttempts: 1,
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    requestHandler: { httpsAgent: agent, httpAgent: agent },
  };
}
