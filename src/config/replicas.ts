/** Budgets are written for all replicas together; each process takes its share of them, and at least one of each. */

import type { Written } from './cross-checks.ts';
import type { AllowanceInput } from './limit-schema.ts';
import type { ConfigInput } from './schema.ts';

interface Budgets {
  readonly input: ConfigInput;
  readonly written: Written;
}

/** What one of `input.replicas` processes goes by. Times, and what a single call may cost, are not divided. */
export function shareOfReplica({ input, written }: Budgets): Budgets {
  const { replicas } = input;
  if (replicas === 1) return { input, written };
  const share = (total: number) => Math.max(1, Math.floor(total / replicas));
  const counted = <Key extends string>(budget: { readonly [key in Key]?: number | undefined }, keys: readonly Key[]) =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const total = budget[key];
        return total === undefined ? [] : [[key, share(total)]];
      }),
    );
  const allowance = (of: AllowanceInput): AllowanceInput => ({
    ...of,
    ...counted(of, ['max_concurrency', 'calls', 'rows', 'bytes']),
  });
  const ofDatabase = <Of extends OfDatabase>(of: Of): Of => ({
    ...of,
    ...(of.pool && { pool: { ...of.pool, ...counted(of.pool, ['max']) } }),
    ...(of.limits && { limits: { ...of.limits, ...counted(of.limits, ['max_concurrency']) } }),
  });
  const { limits, pools, defaults } = input;
  return {
    input: {
      ...input,
      defaults: ofDatabase(defaults),
      pools: { ...pools, ...counted(pools, ['max_connections_total', 'max']) },
      limits: {
        ...limits,
        ...counted(limits, ['max_concurrency']),
        per_principal: allowance(limits.per_principal),
        per_database: allowance(limits.per_database),
      },
    },
    written: new Map([...written].map(([id, entry]) => [id, { ...entry, input: ofDatabase(entry.input) }])),
  };
}

interface OfDatabase {
  readonly pool?: { readonly max?: number | undefined } | undefined;
  readonly limits?: { readonly max_concurrency?: number | undefined } | undefined;
}
