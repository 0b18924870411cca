/** What a run of the bench found out: plain data, stored as `baseline.json`, printed, compared and drawn. */

export interface Rate {
  readonly scenario: string;
  readonly contender: string;
  readonly callsPerSecond: number;
  /** Calls per second against raw `pg` in the same rounds. */
  readonly ratio: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Milliseconds of the contender's process, from the operating system. */
  readonly cpu: number;
}

export interface ColdStart {
  readonly what: string;
  readonly milliseconds: number;
  /** Against bare `node`. */
  readonly ratio: number;
}

export interface Memory {
  readonly what: string;
  readonly mebibytes: number;
}

/** A part of the main thread's work on one call. */
export interface Share {
  readonly what: string;
  readonly microseconds: number;
  /** Of 1. */
  readonly share: number;
}

export interface Figures {
  /** `2026-01-31` */
  readonly date: string;
  readonly machine: string;
  readonly quick: boolean;
  /** Share of the processors' time that others took before the run. */
  readonly busy: number;
  readonly rates: readonly Rate[];
  readonly coldStart: readonly ColdStart[];
  readonly memory: readonly Memory[];
  /** Where the time of a point query goes. */
  readonly shares: readonly Share[];
}

/** The figures that can be compared between machines and minutes, by name. */
export function ratiosOf({ rates, coldStart, memory }: Figures): ReadonlyMap<string, Ratio> {
  const ratios = new Map<string, Ratio>();
  for (const { scenario, contender, ratio } of rates)
    if (contender !== rawName) ratios.set(`${scenario}: ${contender}`, { value: ratio, better: 'more' });
  for (const { what, ratio } of coldStart)
    if (ratio !== 1) ratios.set(`cold start: ${what}`, { value: ratio, better: 'less' });
  const [one, ...others] = memory;
  if (one !== undefined)
    for (const { what, mebibytes } of others)
      ratios.set(`memory: ${what}, against ${one.what}`, { value: mebibytes / one.mebibytes, better: 'less' });
  return ratios;
}

export interface Ratio {
  readonly value: number;
  readonly better: 'more' | 'less';
}

/** Everything is measured against it. */
export const rawName = 'raw pg';
