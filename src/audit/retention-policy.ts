/** What the configuration says of files that were kept long enough. */

export interface RetentionPolicy {
  /** Days a file is kept after its last record. */
  readonly keepDays: number;
  /** Ids of databases nothing is removed of. */
  readonly held: ReadonlySet<string>;
  /** The target that must have acknowledged a file, and its announcement, before it goes; absent: none is required. */
  readonly shippedTo?: string;
}

/** The part of `audit` in the configuration that decides it. */
export interface RetentionSettings {
  readonly keepDays: number;
  readonly expired: 'keep' | 'remove';
  readonly legalHold: readonly string[];
  readonly ship?: { readonly name: string };
}

/** Undefined where nothing is ever removed. */
export function retentionOf({ keepDays, expired, legalHold, ship }: RetentionSettings): RetentionPolicy | undefined {
  if (expired === 'keep') return undefined;
  return { keepDays, held: new Set(legalHold), ...(ship === undefined ? {} : { shippedTo: ship.name }) };
}
