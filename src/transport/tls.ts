/** TLS on our own listener: certificate files, read when it starts and whenever they change; open connections go on. */

import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { TlsFiles } from '../model/authentication.ts';

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

/** Milliseconds a client has to shake hands. */
export const handshakeTimeout = 10_000;

/** Reads the files and makes sure that they fit together. Throws an Error whose message names the file and no content. */
export async function readTlsMaterial({ cert, key, clientCa }: TlsFiles): Promise<TlsMaterial> {
  const [certificate, privateKey, authorities] = await Promise.all([
    readPem(cert),
    readPem(key),
    clientCa === undefined ? undefined : readPem(clientCa),
  ]);
  const material = { cert: certificate, key: privateKey, ...(authorities === undefined ? {} : { ca: authorities }) };
  try {
    createSecureContext(material);
  } catch {
    throw new Error(`${cert} and ${key} cannot be used: they must be PEM, unencrypted, and of one key pair.`);
  }
  return material;
}

async function readPem(file: string): Promise<Buffer> {
  const text = await readFile(file).catch(() => undefined);
  if (text === undefined) throw new Error(`${file} cannot be read.`);
  if (!text.includes('-----BEGIN ')) throw new Error(`${file} holds no PEM.`);
  return text;
}
