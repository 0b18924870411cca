/**
 * Batches as objects of an S3 bucket with Object Lock, under the names an audit directory has: what is downloaded can be
 * verified as it is. Import this file only when it ships: it brings the SDK.
 */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { type Acknowledged, type Batch, ShipContradicted, ShipFailed, type ShipTarget } from './target.ts';

export interface S3Settings {
  /** As the cursors name it. */
  readonly name: string;
  readonly bucket: string;
  /** Empty, or ends in a slash. */
  readonly prefix: string;
  /** The account that must own the bucket; a bucket of that name in another account is refused by S3. */
  readonly bucketOwner?: string;
  readonly lock: 'compliance' | 'governance';
  /** Days from its shipping for which nobody can delete or change an object. */
  readonly keepDays: number;
  /** Whether the bucket stands in the path, as stores other than AWS want it, rather than in the host name. */
  readonly pathStyle: boolean;
  /** Region, endpoint and credentials. */
  readonly client: S3ClientConfig;
}

const compress = promisify(gzip);
const day = 24 * 60 * 60 * 1000;
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');

/** `series`: one audit directory's, so that two hosts never write to one name. */
export function createS3Target(settings: S3Settings, series: string): ShipTarget {
  const { bucket, bucketOwner, keepDays, lock, name } = settings;
  const client = new S3Client({
    ...settings.client,
    maxAttempts: 3,
    forcePathStyle: settings.pathStyle,
    requestChecksumCalculation: 'WHEN_REQUIRED', // the SHA-256 given below is what S3 checks
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const place = { Bucket: bucket, ...(bucketOwner === undefined ? {} : { ExpectedBucketOwner: bucketOwner }) };
  const keyOf = (path: string) => `${settings.prefix}${series}/${path}`;

  /** True when the object is new; false when one of that name is there already, and stays as it is. */
  async function create(
    Key: string,
    Body: Buffer,
    ContentType: string,
    Metadata: Record<string, string>,
  ): Promise<boolean> {
    const command = new PutObjectCommand({
      ...place,
      Key,
      Body,
      ContentType,
      ContentLength: Body.length,
      ChecksumSHA256: digest(Body),
      IfNoneMatch: '*',
      Metadata,
      ObjectLockMode: lock === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date(Date.now() + keepDays * day),
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return false;
      throw failure(error);
    }
  }

  async function head(Key: string): Promise<HeadObjectCommandOutput> {
    try {
      return await client.send(new HeadObjectCommand({ ...place, Key, ChecksumMode: 'ENABLED' }));
    } catch (error) {
      throw failure(error);
    }
  }

  return {
    name,
    async put(batch) {
      const key = keyOf(`${batch.id}/${batch.instance}/${String(batch.first).padStart(12, '0')}.jsonl.gz`);
      const body = await compress(batch.lines, { level: 6 });
      const made = await create(key, body, 'application/gzip', describe(batch));
      return made ? { size: batch.size, leaf: batch.leaf } : copyOf(batch, await head(key));
    },
    async putText(sha256, text) {
      const key = keyOf(`_policy/${sha256}`);
      if (await create(key, text, 'text/plain; charset=utf-8', {})) return;
      const { ChecksumSHA256 } = await head(key);
      if (ChecksumSHA256 !== digest(text)) throw new ShipContradicted(`its copy of ${sha256} has other content`);
    },
    close: () => client.destroy(),
  };
}

/** What a later attempt, or an auditor who lists the bucket, must know of an object without reading it. */
function describe({ origin, first, size, prev, leaf, ts }: Batch): Record<string, string> {
  return { origin: encodeURI(origin), first: String(first), size: String(size), prev, leaf, ts };
}

/** The object that stands at the batch's place, if it is a beginning or a continuation of the same log. */
function copyOf({ origin, first, prev }: Batch, { Metadata: found = {} }: HeadObjectCommandOutput): Acknowledged {
  const { size = '', leaf = '' } = found;
  const isOurs = found['origin'] === encodeURI(origin) && found['first'] === String(first) && found['prev'] === prev;
  if (!isOurs || !/^\d{1,15}$/.test(size) || Number(size) <= first || !/^[0-9a-f]{64}$/.test(leaf))
    throw new ShipContradicted(`another log stands at the place of its record ${first}`);
  return { size: Number(size), leaf };
}

const field = (thrown: unknown, name: string): unknown =>
  typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;

const statusOf = (thrown: unknown) => field(field(thrown, '$metadata'), 'httpStatusCode');

/** The service's own words may name accounts and keys: only its code and status are told. */
function failure(thrown: unknown): ShipFailed {
  const status = statusOf(thrown);
  const code = field(thrown, 'code');
  const name = typeof code === 'string' && /^E[A-Z_]+$/.test(code) ? code : String(field(thrown, 'name') ?? 'unknown');
  const answered = typeof status === 'number' ? ` (HTTP ${status})` : '';
  return new ShipFailed(`S3 did not take the copy: ${name.replaceAll(/[^\w.-]/g, '').slice(0, 64)}${answered}`, {
    cause: thrown,
  });
}
