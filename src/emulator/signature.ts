/** Verifies AWS Signature Version 4 as a service does: same canonical request, same key, or the request is not served. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from './service-error.ts';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AccessKey {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Whom the key belongs to, for assertions. */
  readonly identity: string;
}

export interface Signer {
  readonly accessKeyId: string;
  readonly identity: string;
  readonly region: string;
}

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const refusal = (code: string, message: string) => new ServiceError(code, 403, message);

function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text.trim().replace(/ +/g, ' ');
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
}

function canonical(request: SignedRequest, signed: readonly string[]): string {
  const [path = '/', query = ''] = request.target.split('?');
  const headers = signed.map((name) => `${name}:${headerText(request.headers, name)}\n`).join('');
  return [request.method, path, canonicalQuery(query), headers, signed.join(';'), sha256(request.body)].join('\n');
}

/** Returns who signed; throws the service's own error for a missing, foreign, expired or wrong signature. */
export function verifySignature(
  request: SignedRequest,
  service: string,
  keys: ReadonlyMap<string, AccessKey>,
  now: Date = new Date(),
): Signer {
  const [, id = '', day = '', region = '', scope = '', names = '', signature = ''] =
    pattern.exec(request.headers.authorization ?? '') ?? [];
  if (id === '') throw refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (scope !== service)
    throw refusal('InvalidSignatureException', `Credential should be scoped to correct service: '${service}'.`);
  const key = keys.get(id);
  if (key === undefined)
    throw refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (key.sessionToken !== undefined && headerText(request.headers, 'x-amz-security-token') !== key.sessionToken)
    throw refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  const stamp = headerText(request.headers, 'x-amz-date');
  checkClock(stamp, now);
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date'))
    throw refusal('InvalidSignatureException', 'Unsigned headers.');
  const signingKey = [region, scope, 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${key.secretAccessKey}`, day));
  const toSign = [
    'AWS4-HMAC-SHA256',
    stamp,
    `${day}/${region}/${scope}/aws4_request`,
    sha256(canonical(request, signed)),
  ].join('\n');
  if (!timingSafeEqual(hmac(signingKey, toSign), Buffer.from(signature, 'hex')))
    throw refusal(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    );
  return { accessKeyId: id, identity: key.identity, region };
}

function checkClock(stamp: string, now: Date): void {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const skew = Math.abs(now.getTime() - Date.parse(iso));
  if (!(skew <= 5 * 60_000))
    throw refusal('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
}
