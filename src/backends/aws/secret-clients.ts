/** Readers of secrets: one for each endpoint and identity, made when first needed. */

import { awsFailure } from './aws-failure.ts';
import type { ProxyFor } from './proxy.ts';
import type { FetchSecret, SecretSource } from './secret-logins.ts';
import type { SecretReader } from './secrets-manager.ts';

export function createSecretClients(proxyFor?: ProxyFor): { readonly fetch: FetchSecret; readonly close: () => void } {
  const readers = new Map<string, Promise<SecretReader>>();

  async function make(source: SecretSource): Promise<SecretReader> {
    const { createSecretReader } = await import('./secrets-manager.ts');
    return createSecretReader(source, proxyFor);
  }

  function readerFor(source: SecretSource): Promise<SecretReader> {
    const key = JSON.stringify([source.aws, source.secretArn.split(':').slice(0, 4)]);
    const made = readers.get(key) ?? make(source);
    readers.set(key, made);
    made.catch(() => readers.delete(key));
    return made;
  }

  async function fetch(source: SecretSource): Promise<string> {
    try {
      return await (await readerFor(source)).read(source.secretArn);
    } catch (thrown) {
      throw awsFailure(thrown, 'The secret of the database cannot be read.');
    }
  }

  const close = () => {
    for (const reader of readers.values()) void reader.then((made) => made.destroy()).catch(() => undefined);
    readers.clear();
  };
  return { fetch, close };
}
