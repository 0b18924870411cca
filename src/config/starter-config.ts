/** The first configuration file of a new user: one database, every line explained, everything else left at its default. */

import { stringify } from 'yaml';

export interface StarterDatabase {
  readonly id: string;
  readonly type: 'direct_postgres' | 'rds_data_api' | 'embedded';
  /** Keys of the database as they stand in the file. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/** Text of a `config.yaml`; the loader has the last word on it. */
export function starterConfig({ id, type, keys }: StarterDatabase): string {
  const database = stringify({ databases: { [id]: { type, ...keys } } }, { lineWidth: 0 }).trimEnd();
  return `# pgwarden: config.example.yaml in the package shows every key with its default.
# Check it with: pgwarden check

# Who may do what stands in policies/; what was done is recorded in audit/log. Both lie beside this file.
default_database: ${id}

# Databases are read-only unless readonly: false is written, and connections are verified (ssl: verify-full).
${database}
`;
}
