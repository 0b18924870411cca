/** What the configuration says of files that were kept long enough. */

export interface RetentionPolicy {
  /** Days a file stays in the directory after its last record. */
  readonly days: number;
  /** The key that says so; it stands in the announcement. With `hot_days` a copy elsewhere is kept on. */
  readonly reason: 'keep_days' | 'hot_days';
  /** Ids of databases nothing is removed of. */
  readonly held: ReadonlySet<string>;
  /** The target that must have acknowledged a file, and its announcement, before it goes; absent: none is required. */
  readonly shippedTo?: string;
}

/** The part of `audit` in the configuration that decides it. */
export interface RetentionSettings {
  readonly hotDays: number;
  readonly keepDays: number;
  readonly expired: 'keep' | 'remove';
  readonly legalHold: readonly string[];
  /** The configuration holds its `keepDays` to be no fewer than those of the log. */
  readonly ship?: { readonly name: string };
}

/** Undefined where nothing is ever removed. */
export function retentionOf(settings: RetentionSettings): RetentionPolicy | undefined {
  return settings.expired === 'keep' ? undefined : removalOf(settings);
}

/** What is removed where something is, or what would be. */
export function removalOf({ hotDays, keepDays, legalHold, ship }: RetentionSettings): RetentionPolicy {
  const held = new Set(legalHold);
  if (ship === undefined) return { days: keepDays, reason: 'keep_days', held };
  return { days: hotDays, reason: 'hot_days', held, shippedTo: ship.name };
}
