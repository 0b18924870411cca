/** Clusters for a demonstration: the emulator with one embedded PostgreSQL behind each, and a secret for each login. */

import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { emulatorKey, type LoggedCall, startEmulator } from './emulator.ts';

export interface DemonstratedCluster {
  readonly resourceArn: string;
  readonly secretArn: string;
  /** Run by the superuser once; it makes the login's role too. */
  readonly seed: string;
  readonly login: { readonly username: string; readonly password: string };
}

export interface Demonstration {
  readonly endpoint: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Every request so far, as it was served. */
  readonly requests: readonly LoggedCall[];
  readonly close: () => Promise<void>;
}

/** Milliseconds after which an idle transaction gives the one session back; at the service it is three minutes. */
const idle = 10_000;

/** `template`: a fresh data directory of the embedded PostgreSQL. */
export async function startClusters(clusters: readonly DemonstratedCluster[], template: Blob): Promise<Demonstration> {
  const emulator = await startEmulator({ times: { idle } });
  const servers: EmbeddedCluster[] = [];
  for (const { resourceArn, secretArn, seed, login } of clusters) {
    const server = await startEmbeddedCluster({ template, seed });
    servers.push(server);
    emulator.clusters.set(resourceArn, { arn: resourceArn, open: server.open, resuming: 0, endpointEnabled: true });
    emulator.secrets.put(secretArn, JSON.stringify(login));
  }
  const close = async () => {
    await emulator.close();
    await Promise.all(servers.map((server) => server.close()));
  };
  return { endpoint: emulator.url, key: emulatorKey, requests: emulator.calls, close };
}
