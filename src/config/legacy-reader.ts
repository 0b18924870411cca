/** Reads single values of old flags and variables, strictly: what is neither true nor false is an error, not a default. */

import type { Finding } from './findings.ts';
import type { LegacyName, LegacySettings } from './legacy-settings.ts';

/** Collects what is wrong in `findings`, so that one run names everything; a wrong value reads as undefined. */
export class LegacyReader {
  readonly findings: Finding[] = [];

  constructor(private readonly settings: LegacySettings) {}

  text(name: LegacyName): string | undefined {
    return this.settings.get(name)?.value;
  }

  has(name: LegacyName): boolean {
    return this.settings.has(name);
  }

  wrong(name: LegacyName, message: string, hint?: string): undefined {
    const key = this.settings.get(name)?.written ?? `--${name}`;
    this.findings.push({ severity: 'error', key, message, ...(hint !== undefined && { hint }) });
  }

  boolean(name: LegacyName): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    return this.wrong(name, `${text} is neither true nor false`, 'Write true or false.');
  }

  integer(name: LegacyName, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    return this.wrong(name, `${text} is not a whole number from ${least} to ${most}`);
  }

  choice<T extends string>(name: LegacyName, values: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return values.find((value) => value === text) ?? this.wrong(name, `${text} is not one of ${values.join(', ')}`);
  }

  required(name: LegacyName, variable: string): string {
    const text = this.text(name);
    if (text === undefined) this.wrong(name, 'is missing', `Give --${name}, or set ${variable}.`);
    return text ?? '';
  }
}
