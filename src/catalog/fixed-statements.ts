/** The broker's own texts: the only SQL that is not a caller's, each with a name, its limits and the reason it is needed. */

export interface FixedStatement {
  /** Exactly what the server is sent. */
  readonly text: string;
  /** Why the broker reads this. */
  readonly reason: string;
  /** Rows and bytes that one answer can have at most; the loader pages below them. */
  readonly limits: { readonly maxRows: number; readonly maxBytes: number; readonly statementTimeout: number };
}

const limits = { maxRows: 5000, maxBytes: 4 * 1024 * 1024, statementTimeout: 30_000 } as const;

export const fixedStatements = {
  server_info: {
    reason: 'health_check and get_database_info: version, size, role posture',
    limits,
    text: `SELECT pg_catalog.current_setting('server_version') AS version`,
  },
} as const satisfies Readonly<Record<string, FixedStatement>>;

export type FixedName = keyof typeof fixedStatements;

/** Whether `name` is one of the fixed texts. */
export function isFixedName(name: string): name is FixedName {
  return Object.hasOwn(fixedStatements, name);
}
