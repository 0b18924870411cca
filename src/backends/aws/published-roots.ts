/** Where AWS publishes the roots of RDS (RDS User Guide, "Using SSL/TLS to encrypt a connection"); one bundle a partition. */

const bundles: readonly (readonly [region: RegExp, url: string])[] = [
  [/^us-gov-/, 'https://truststore.pki.us-gov-west-1.rds.amazonaws.com/global/global-bundle.pem'],
  [/^cn-/, 'https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/global/global-bundle.pem'],
  [/./, 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem'],
];

/** The bundle for a host of RDS; undefined for any other host. */
export function placeOfRoots(hostname: string): string | undefined {
  const region = /\.([a-z0-9-]+)\.rds\.amazonaws\.com(\.cn)?$/.exec(hostname)?.[1];
  return region === undefined ? undefined : bundles.find(([pattern]) => pattern.test(region))?.[1];
}
