/**
 * A bucket with Object Lock behind real HTTP, as strict as S3 where an archive depends on it: every request's Signature
 * Version 4, the checksum of the body, the lock headers, If-None-Match. What it keeps can be neither replaced nor deleted.
 */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ServiceError } from '../../src/emulator/service-error.ts';
import { verifySignature } from '../../src/emulator/signature.ts';

export interface StoredObject {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly mode: string;
  readonly retainUntil: Date;
  readonly checksum: string;
}

/** Where a fault strikes: before anything is kept, or after, when the answer is lost. */
export type Fault = 'refused' | 'unavailable' | 'lost_request' | 'lost_answer';

export interface S3Double {
  readonly url: string;
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** `PUT key 200` and so on, as they were answered. */
  readonly requests: readonly string[];
  /** Strikes the next PUTs, one for each. */
  readonly faults: Fault[];
  /** Called when an object is kept, before the answer leaves. */
  onStored: (key: string) => void;
  /** Puts an object there that nobody signed for. */
  readonly plant: (key: string, object: StoredObject) => void;
  readonly close: () => Promise<void>;
}

export const s3Key = { accessKeyId: 'AKIDSHIPPER00000', secretAccessKey: 'shipper-secret-access-key' } as const;
export const bucketOwner = '123456789012';

const largest = 64 * 1024 * 1024;
const refuse = (code: string, status: number, message = code) => new ServiceError(code, status, message);
const header = (request: IncomingMessage, name: string) => String(request.headers[name] ?? '');

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largest) throw refuse('EntityTooLarge', 400);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function authenticate(request: IncomingMessage, body: Buffer): void {
  const declared = header(request, 'x-amz-content-sha256');
  if (declared !== createHash('sha256').update(body).digest('hex')) throw refuse('XAmzContentSHA256Mismatch', 400);
  const { method = '', url: target = '', headers } = request;
  const keys = new Map([[s3Key.accessKeyId, { secretAccessKey: s3Key.secretAccessKey, identity: 'shipper' }]]);
  verifySignature({ method, target, headers, body }, 's3', keys);
  const signed = /SignedHeaders=([^,]+)/.exec(header(request, 'authorization'))?.[1]?.split(';') ?? [];
  const bare = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (bare.length > 0) throw refuse('AccessDenied', 403, `not signed: ${bare.join(', ')}`);
  const owner = request.headers['x-amz-expected-bucket-owner'];
  if (owner !== undefined && owner !== bucketOwner) throw refuse('AccessDenied', 403);
}

/** The object a PUT asks for. Throws for what S3, or a bucket policy that wants evidence kept, would not accept. */
function requested(request: IncomingMessage, body: Buffer): StoredObject {
  const checksum = header(request, 'x-amz-checksum-sha256');
  if (checksum === '') throw refuse('InvalidRequest', 400, 'Content-MD5 or a checksum is required with Object Lock.');
  if (checksum !== createHash('sha256').update(body).digest('base64')) throw refuse('BadDigest', 400);
  if (header(request, 'content-length') !== String(body.length)) throw refuse('MissingContentLength', 411);
  const mode = header(request, 'x-amz-object-lock-mode');
  if (!['COMPLIANCE', 'GOVERNANCE'].includes(mode)) throw refuse('InvalidRequest', 400, 'no lock mode');
  const retainUntil = new Date(header(request, 'x-amz-object-lock-retain-until-date'));
  if (!(retainUntil.getTime() > Date.now())) throw refuse('InvalidArgument', 400, 'retain-until must be in the future');
  if (header(request, 'if-none-match') !== '*')
    throw refuse('AccessDenied', 403, 'objects are only made, never replaced');
  const named = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const metadata = Object.fromEntries(named.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]));
  return { body, metadata, mode, retainUntil, checksum };
}

/** Serves the bucket `evidence` (in the path, as stores other than AWS do) on a free loopback port. */
export async function startS3Double(): Promise<S3Double> {
  const objects = new Map<string, StoredObject>();
  const requests: string[] = [];
  const faults: Fault[] = [];

  function put(key: string, request: IncomingMessage, body: Buffer, response: ServerResponse): number {
    const fault = faults.shift();
    if (fault === 'refused') throw refuse('AccessDenied', 403);
    if (fault === 'unavailable') throw refuse('SlowDown', 503);
    if (fault === 'lost_request') return lose(response);
    const object = requested(request, body);
    if (objects.has(key)) throw refuse('PreconditionFailed', 412);
    objects.set(key, object);
    double.onStored(key);
    if (fault === 'lost_answer') return lose(response);
    response.writeHead(200, { etag: '"0"', 'x-amz-version-id': 'v1' }).end();
    return 200;
  }

  function head(key: string, response: ServerResponse): number {
    const object = objects.get(key);
    if (object === undefined) throw refuse('NotFound', 404);
    const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
    const lock = { 'x-amz-object-lock-mode': object.mode, 'x-amz-checksum-sha256': object.checksum };
    response.writeHead(200, { ...lock, ...Object.fromEntries(metadata), 'content-length': object.body.length }).end();
    return 200;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://double');
    const key = decodeURIComponent(pathname.replace(/^\/evidence\//, ''));
    const note = (status: number) => requests.push(`${request.method} ${key} ${status}`);
    try {
      const body = await readBody(request);
      authenticate(request, body);
      if (!pathname.startsWith('/evidence/') || (search !== '' && search !== '?x-id=PutObject'))
        throw refuse('NotImplemented', 501);
      if (request.method === 'PUT') note(put(key, request, body, response));
      else if (request.method === 'HEAD') note(head(key, response));
      else throw refuse('MethodNotAllowed', 405);
    } catch (thrown) {
      const { code, status, message } = thrown instanceof ServiceError ? thrown : refuse('InternalError', 500);
      note(status);
      const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? '' : text);
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const double: S3Double = {
    url: `http://127.0.0.1:${port}`,
    objects,
    requests,
    faults,
    onStored: () => undefined,
    plant: (key, object) => void objects.set(key, object),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return double;
}

function lose(response: ServerResponse): number {
  response.socket?.destroy();
  return 0;
}
