/** How the server introduces itself, whoever answers; loads nothing. */

/** No prompts, and resources by template alone: clients that ask for a list get an empty one instead of an error. */
export const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: false },
  resources: { listChanged: false },
  completions: {},
} as const;

export const instructions =
  'pgwarden answers SQL from many PostgreSQL databases, each under a policy that is exact to the column. ' +
  'Start with list_databases, look around with list_tables and get_table_schema, read with run_query. ' +
  'A refusal names its code and what to do; nothing that is refused was run. Every call is recorded.';

/** How the server names itself. */
export function implementationOf(version: string) {
  return { name: 'pgwarden', title: 'pgwarden', version };
}
