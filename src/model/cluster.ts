/** Aurora clusters as an account lists them, before anybody has connected to one. */

import type { AwsSettings } from './database.ts';

/** Where to look, and as whom. */
export type AccountQuestion = AwsSettings & { readonly region: string };

/** What is known of a cluster without connecting to it; nothing of it is a secret. */
export interface DiscoveredCluster {
  readonly identifier: string;
  readonly arn: string;
  readonly endpoint: string | undefined;
  readonly port: number;
  readonly database: string | undefined;
  readonly dataApi: boolean;
  readonly iam: boolean;
  /** The secret RDS manages for the master user, where it does. */
  readonly masterSecretArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}
