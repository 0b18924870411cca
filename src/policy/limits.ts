/** Limits in force for one call: the tightest of the database's, the policy's and the caller's own wish. */

import { fixedStatements, isFixedName } from '../catalog/fixed-statements.ts';
import type { DatabaseLimits } from '../model/database.ts';
import type { CallLimits } from '../model/request.ts';
import type { LimitRow } from './rule.ts';

export function tightest(
  database: DatabaseLimits,
  rows: readonly LimitRow[],
  wish: Partial<CallLimits> = {},
): CallLimits {
  const least = (what: LimitRow['what'], ...bounds: (number | undefined)[]): number =>
    Math.min(
      ...bounds.filter((bound) => bound !== undefined),
      ...rows.filter((row) => row.what === what).map(({ value }) => value),
    );
  return {
    maxRows: least('rows', database.maxRows, wish.maxRows),
    maxBytes: least('bytes', database.maxBytes, wish.maxBytes),
    statementTimeout: least('time', database.statementTimeout, wish.statementTimeout),
  };
}

/** The broker's own texts have limits of their own: what keeps a caller's answer short must not cut a catalog to pieces. */
export function fixedLimits(name: string | undefined): CallLimits | undefined {
  return name !== undefined && isFixedName(name) ? fixedStatements[name].limits : undefined;
}
