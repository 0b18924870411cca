/** TLS as libpq means it: what each `ssl` mode verifies, with nothing taken from the environment. */

import { readFile } from 'node:fs/promises';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import type { DirectPostgresConnection } from '../../model/database.ts';
import { Failure } from '../../model/errors.ts';

/** Options of `tls.connect`; undefined means no TLS. */
export type TlsOptions = ConnectionOptions | undefined;

async function readRoots(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('BACKEND_UNAVAILABLE', 'The file of trusted certificates cannot be read.', { cause });
  }
}

/** The configured file; for hosts of RDS the roots a package ships; else those Node.js brings. */
async function trusted({ caFile, hostname }: DirectPostgresConnection): Promise<{ ca?: string | string[] }> {
  if (caFile !== undefined) return { ca: await readRoots(caFile) };
  if (!/\.rds\.amazonaws\.com(\.cn)?$/.test(hostname)) return {};
  const { rdsRoots } = await import('../aws/rds-roots.ts');
  return { ca: rdsRoots() };
}

const anyName = () => undefined;

/**
 * `verify-full` checks chain and name. `verify-ca` checks the chain alone, so it needs a `ca` of its own: among the
 * public roots anyone can have a certificate. `require` encrypts without verifying, unless a `ca` is given: then it is
 * `verify-ca`, as in libpq.
 */
export async function tlsOptions(connection: DirectPostgresConnection): Promise<TlsOptions> {
  const { ssl, caFile, hostname } = connection;
  if (ssl === 'disable') return undefined;
  const base = { minVersion: 'TLSv1.2', ...(await trusted(connection)) } as const;
  if (ssl === 'verify-full')
    return {
      ...base,
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => checkServerIdentity(hostname, certificate),
    };
  if (caFile !== undefined) return { ...base, rejectUnauthorized: true, checkServerIdentity: anyName };
  if (ssl === 'verify-ca')
    throw new Failure('BACKEND_UNAVAILABLE', 'TLS mode verify-ca needs a file of trusted certificates.', {
      hint: 'Set ca: { file: … }, or use verify-full.',
    });
  return { ...base, rejectUnauthorized: false, checkServerIdentity: anyName };
}
