/** `audit.ship`: where copies of the log go, and how they are kept there. */

import { z } from 'zod';
import type { ShipSettings } from './config.ts';
import { awsSchema } from './database-schema.ts';
import { duration } from './units.ts';

const text = z.string().min(1);

const s3 = z.strictObject({
  to: z.literal('s3').meta({ description: 'A store that speaks S3 and has Object Lock.' }),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'must be the name of a bucket' })
    .meta({ description: 'Its name; made by you, with Object Lock.' }),
  prefix: z
    .string()
    .regex(/^(?:[\w=-][\w.=-]*\/)*$/, { error: 'must be empty, or end in a slash: pgwarden/' })
    .prefault('pgwarden/')
    .meta({ description: 'Each audit directory gets a name of its own below it.' }),
  bucket_owner: z
    .string()
    .regex(/^\d{12}$/, { error: 'must be an account number of 12 digits, in quotes' })
    .optional()
    .meta({ description: 'The account that must own the bucket.' }),
  lock: z.enum(['compliance', 'governance']).prefault('compliance').meta({
    description: 'Mode of Object Lock, which the bucket must have; governance can be lifted by a privileged user.',
  }),
  keep_days: z
    .int({ error: 'must be a whole number of days' })
    .min(1)
    .optional()
    .meta({ description: 'Days for which no copy can be deleted. Default: audit.keep_days.' }),
  every: duration.prefault('60s').meta({ description: 'Each log with new records becomes one object in that time.' }),
  region: text.meta({ description: 'AWS region of the bucket.' }),
  aws: awsSchema.optional().meta({ description: 'How AWS is asked.' }),
});

/** One kind so far; the key `to` leaves room for others. */
export const shipSchema = z.discriminatedUnion('to', [s3]);

/** `keepDays`: audit.keep_days, which holds where the copy says nothing else. */
export function buildShip(input: z.output<typeof shipSchema>, keepDays: number): ShipSettings {
  const { aws = {} } = input;
  return {
    to: input.to,
    name: `s3://${input.bucket}/${input.prefix}`,
    bucket: input.bucket,
    prefix: input.prefix,
    ...(input.bucket_owner !== undefined && { bucketOwner: input.bucket_owner }),
    lock: input.lock,
    keepDays: input.keep_days ?? keepDays,
    every: input.every,
    aws: {
      region: input.region,
      ...(aws.role_arn !== undefined && { roleArn: aws.role_arn }),
      ...(aws.external_id !== undefined && { externalId: aws.external_id }),
      ...(aws.profile !== undefined && { profile: aws.profile }),
      ...(aws.fips !== undefined && { fips: aws.fips }),
      ...(aws.endpoint !== undefined && { endpoint: aws.endpoint }),
    },
  };
}
