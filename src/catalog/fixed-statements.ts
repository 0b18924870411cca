/** The broker's own texts: the only SQL that is not a caller's, each with a name, its limits and the reason it is needed. */

import * as catalog from './catalog-statements.ts';
import { functionGrantsText, relationGrantsText } from './grant-statements.ts';
import { describeRelationText, serverInfoText } from './tool-statements.ts';

export interface FixedStatement {
  /** Exactly what the server is sent. */
  readonly text: string;
  /** Why the broker reads this. */
  readonly reason: string;
  /** What one answer can be at most; the loader pages far below it. */
  readonly limits: { readonly maxRows: number; readonly maxBytes: number; readonly statementTimeout: number };
}

const limits = { maxRows: 5000, maxBytes: 4 * 1024 * 1024, statementTimeout: 30_000 } as const;

export const fixedStatements = {
  catalog_header: {
    text: catalog.headerText,
    limits,
    reason: 'which server it is, and whether its own objects are known',
  },
  catalog_schemas: { text: catalog.schemasText, limits, reason: 'names are looked up along the search_path' },
  catalog_types: { text: catalog.typesText, limits, reason: 'types decide which function or operator a name means' },
  catalog_functions: { text: catalog.functionsText, limits, reason: 'functions are permitted by identity' },
  catalog_operators: { text: catalog.operatorsText, limits, reason: 'an operator is a call of its function' },
  catalog_casts: { text: catalog.castsText, limits, reason: 'a cast can be a call of a function' },
  catalog_relations: { text: catalog.relationsText, limits, reason: 'statements are read to the column' },
  catalog_inheritance: {
    text: catalog.inheritanceText,
    limits,
    reason: 'partitions and children are read through parents',
  },
  describe_relation: {
    text: describeRelationText,
    limits,
    reason: 'get_table_schema: columns, keys, indexes, comments',
  },
  relation_grants: {
    text: relationGrantsText,
    limits,
    reason: 'policy init --from-grants: what a role may do with relations',
  },
  function_grants: {
    text: functionGrantsText,
    limits,
    reason: 'policy init --from-grants: which functions a role may call',
  },
  server_info: {
    text: serverInfoText,
    limits,
    reason: 'health_check and get_database_info: version, size, role posture',
  },
} as const satisfies Readonly<Record<string, FixedStatement>>;

export type FixedName = keyof typeof fixedStatements;

/** Whether `name` is one of the fixed texts. */
export function isFixedName(name: string): name is FixedName {
  return Object.hasOwn(fixedStatements, name);
}
