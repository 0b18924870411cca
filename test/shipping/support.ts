/** What the shipping tests share: a bucket, a shipper of it, and the audit directory one gets by downloading it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createS3Target, type S3Settings } from '../../src/shipping/s3-target.ts';
import { takeSeries } from '../../src/shipping/series.ts';
import { createShipper, type ShipperOptions } from '../../src/shipping/shipper.ts';
import { freshDirectory } from '../audit/support.ts';
import { type S3Double, s3Key, startS3Double } from '../support/s3-double.ts';

export async function aBucket(): Promise<S3Double> {
  const bucket = await startS3Double();
  onTestFinished(() => bucket.close());
  return bucket;
}

export function settingsOf({ url }: S3Double): S3Settings {
  return {
    name: 's3://evidence/pgwarden/',
    bucket: 'evidence',
    prefix: 'pgwarden/',
    lock: 'compliance',
    keepDays: 30,
    pathStyle: true,
    client: { region: 'eu-central-1', endpoint: url, credentials: s3Key },
  };
}

/** A shipper as a new process would make it. `end` gives the directory back, as the end of the process does. */
export async function aShipper(
  root: string,
  bucket: S3Double,
  changes: Partial<ShipperOptions> = {},
  settings: Partial<S3Settings> = {},
) {
  const series = await takeSeries(root);
  if (series === undefined) throw new Error('another process ships this directory');
  const target = createS3Target({ ...settingsOf(bucket), ...settings }, series.name);
  const reports: string[] = [];
  const shipper = createShipper({ root, target, settle: 0, report: (message) => reports.push(message), ...changes });
  const end = async () => {
    target.close();
    await series.release();
  };
  onTestFinished(end);
  return { ...shipper, reports, series: series.name, end };
}

/** Writes what the bucket keeps of one series to a directory, name by name. */
export function download({ objects }: S3Double, series: string): string {
  const directory = freshDirectory();
  const prefix = `pgwarden/${series}/`;
  for (const [key, { body }] of objects) {
    if (!key.startsWith(prefix)) continue;
    const path = join(directory, key.slice(prefix.length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  }
  return directory;
}
