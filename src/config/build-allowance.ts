/** Makes an allowance of what the file says. */

import type { AllowanceSettings } from './config.ts';
import type { AllowanceInput } from './limit-schema.ts';

/** `input` has passed the schema. */
export function buildAllowance({ window, max_concurrency, calls, rows, bytes }: AllowanceInput): AllowanceSettings {
  return {
    window,
    ...(max_concurrency !== undefined && { maxConcurrency: max_concurrency }),
    ...(calls !== undefined && { calls }),
    ...(rows !== undefined && { rows }),
    ...(bytes !== undefined && { bytes }),
  };
}
