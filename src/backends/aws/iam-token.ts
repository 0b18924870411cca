/** IAM authentication: a token signed on this machine for each new connection; no call to AWS but for the credentials. */

import type { DirectPostgresConnection } from '../../model/database.ts';
import { awsFailure } from './aws-failure.ts';
import { credentialsFor } from './credentials.ts';
import { regionFor } from './endpoints.ts';
import type { ProxyFor } from './proxy.ts';

/** A region inside the name of an RDS endpoint, e.g. `db.cluster-abc.eu-west-1.rds.amazonaws.com`. */
const regionInName = /\.([a-z0-9-]+)\.rds\.amazonaws\.com(\.cn)?$/;

/**
 * A token valid for 15 minutes, looked at by the server only when the session begins. It is good for exactly this host,
 * port and user, so `hostname` must be the real endpoint. Rejects with BACKEND_UNAVAILABLE.
 */
export async function iamToken(
  { hostname, port, aws }: DirectPostgresConnection,
  user: string,
  proxyFor?: ProxyFor,
): Promise<string> {
  try {
    const fromName = regionInName.exec(hostname)?.[1];
    const region = aws.region ?? fromName ?? regionFor(aws, undefined);
    const { signToken } = await import('./token-signer.ts');
    const credentials = await credentialsFor(aws, region, undefined, proxyFor);
    return await signToken({ hostname, port, username: user, region, credentials });
  } catch (thrown) {
    throw awsFailure(thrown, 'No IAM token could be made for the database.');
  }
}
