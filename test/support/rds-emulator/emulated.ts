/** Test databases behind the emulator: registered clusters, secrets, and the connection a configuration would give. */

import { type Emulator, emulatorKey } from '../../../src/emulator/emulator.ts';
import type { RdsDataApiConnection } from '../../../src/model/database.ts';
import type { ServerAddress } from '../postgres.ts';
import { serverSessions } from './server-session.ts';

/** The SDK takes credentials from the environment; everything else it might find there must have no effect. */
export const emulatorEnvironment = {
  AWS_ACCESS_KEY_ID: emulatorKey.accessKeyId,
  AWS_SECRET_ACCESS_KEY: emulatorKey.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
} as const;

/** Puts the cluster `arn` in front of a server. */
export function addCluster(
  emulator: Emulator,
  arn: string,
  server: { readonly host: string; readonly port: number },
): void {
  emulator.clusters.set(arn, { arn, open: serverSessions(server), resuming: 0, endpointEnabled: true });
}

/** Makes `name` a cluster of the emulator in front of `server`, with a secret that holds its login. */
export function emulatedDatabase(
  emulator: Emulator,
  name: string,
  server: ServerAddress & { readonly database: string },
): RdsDataApiConnection {
  const resourceArn = `arn:aws:rds:us-west-2:123456789012:cluster:${name}`;
  const secretArn = `arn:aws:secretsmanager:us-west-2:123456789012:secret:${name}`;
  addCluster(emulator, resourceArn, server);
  emulator.secrets.put(secretArn, JSON.stringify({ username: server.user, password: server.password }));
  return { type: 'rds_data_api', resourceArn, secretArn, database: server.database, aws: { endpoint: emulator.url } };
}
