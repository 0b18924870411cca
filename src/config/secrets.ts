/** Reads secrets at the moment they are needed and keeps none. */

import { readFile } from 'node:fs/promises';
import type { SecretReference } from '../model/database.ts';

export interface Secrets {
  /**
   * The secret behind the reference. A file's one trailing line feed is dropped. Rejects, without naming any value, when
   * the variable is unset or empty, the file unreadable or empty, or the secret in AWS: adapters read logins there themselves.
   */
  readonly read: (reference: SecretReference) => Promise<string>;
}

/** `environment` is the process's own unless a test brings another. */
export function createSecrets(environment: Readonly<Record<string, string | undefined>> = process.env): Secrets {
  async function read(reference: SecretReference): Promise<string> {
    if ('env' in reference) return nonEmpty(environment[reference.env], `environment variable ${reference.env}`);
    if ('file' in reference) return nonEmpty(await readSecretFile(reference.file), `secret file ${reference.file}`);
    throw new Error('Only logins of databases can lie in AWS Secrets Manager.');
  }
  return { read };
}

function nonEmpty(secret: string | undefined, where: string): string {
  if (secret === undefined || secret === '') throw new Error(`The ${where} is not set or empty.`);
  return secret;
}

async function readSecretFile(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}
