/** One secret's text out of Secrets Manager. Import this file only when a call needs it: it brings the SDK. */

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { withTimeLimit } from '../time-limit.ts';
import { clientSettings } from './client-settings.ts';
import type { ProxyFor } from './proxy.ts';
import type { SecretSource } from './secret-logins.ts';

/** Milliseconds one reading may take. */
const readingTime = 10_000;

export interface SecretReader {
  readonly read: (secretArn: string) => Promise<string>;
  readonly destroy: () => void;
}

/** A client for the endpoint and the identity of `source`. Reading is repeated by the SDK: it has no effect. */
export async function createSecretReader({ secretArn, aws }: SecretSource, proxyFor?: ProxyFor): Promise<SecretReader> {
  const settings = await clientSettings('secretsmanager', aws, { arn: secretArn, sockets: 5, proxyFor });
  const client = new SecretsManagerClient({ ...settings, maxAttempts: 3 });
  return {
    async read(id) {
      const command = new GetSecretValueCommand({ SecretId: id });
      const answer = await withTimeLimit(readingTime, (abortSignal) => client.send(command, { abortSignal }));
      return answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8');
    },
    destroy: () => client.destroy(),
  };
}
