/** The broker's own texts: the only SQL that is not a caller's, each with a name, its limits and the reason it is needed. */

import * as analysis from './analysis-statements.ts';
import * as catalog from './catalog-statements.ts';
import { functionGrantsText, relationGrantsText } from './grant-statements.ts';
import { digestsText, headerText } from './header-statement.ts';
import * as posture from './posture-statements.ts';
import { describeRelationText, serverInfoText, transactionStatusText } from './tool-statements.ts';

export interface FixedStatement {
  /** Exactly what the server is sent. */
  readonly text: string;
  /** Why the broker reads this. */
  readonly reason: string;
  /** What one answer can be at most; the loader pages far below it. */
  readonly limits: { readonly maxRows: number; readonly maxBytes: number; readonly statementTimeout: number };
  /** Set for the texts of the analysis tools: what the caller's policy must say for them to run. */
  readonly analysis?: AnalysisText;
}

/** Views as `schema.relation`; the policy is asked whether the caller may select from them. */
export interface AnalysisText {
  /** Numbers of relations, which the tool shows of those alone that the caller may see: a deny on one of these views closes the text. */
  readonly restsOn: readonly string[];
  /** Facts about the server or about others: a rule must open every one of these. */
  readonly needs: readonly string[];
}

const limits = { maxRows: 5000, maxBytes: 4 * 1024 * 1024, statementTimeout: 30_000 } as const;

const rests = (...restsOn: readonly string[]) => ({ restsOn, needs: [] });
const tableViews = ['pg_catalog.pg_stat_all_tables', 'pg_catalog.pg_stat_user_tables'] as const;
const indexViews = ['pg_catalog.pg_stat_all_indexes', 'pg_catalog.pg_stat_user_indexes'] as const;

/** In the order of the tools that ask. */
const analysisStatements = {
  analysis_relations: {
    text: analysis.analysisRelationsText,
    limits,
    reason: 'size, use, maintenance and age of tables',
    analysis: rests(...tableViews),
  },
  analysis_indexes: {
    text: analysis.analysisIndexesText,
    limits,
    reason: 'duplicate, unused and invalid indexes',
    analysis: rests(...indexViews),
  },
  analysis_foreign_keys: {
    text: analysis.analysisForeignKeysText,
    limits,
    reason: 'foreign keys no index serves',
    analysis: rests(...tableViews),
  },
  analysis_sequences: {
    text: analysis.analysisSequencesText,
    limits,
    reason: 'sequences near their end',
    analysis: rests('pg_catalog.pg_sequences'),
  },
  analysis_table_bloat: {
    text: analysis.analysisTableBloatText,
    limits,
    reason: 'pages a table needs and has',
    analysis: rests('pg_catalog.pg_stats'),
  },
  analysis_index_bloat: {
    text: analysis.analysisIndexBloatText,
    limits,
    reason: 'pages an index needs and has',
    analysis: rests('pg_catalog.pg_stats'),
  },
  analysis_server: {
    text: analysis.analysisServerText,
    limits,
    reason: 'what planner and autovacuum reckon with; distance from wraparound',
    analysis: rests('pg_catalog.pg_stat_database'),
  },
  analysis_extensions: {
    text: analysis.analysisExtensionsText,
    limits,
    reason: 'which extensions an analysis can use',
    analysis: rests('pg_catalog.pg_extension'),
  },
  analysis_settings: {
    text: analysis.analysisSettingsText,
    limits,
    reason: 'show_postgresql_settings; the tool shows what the policy opens',
    analysis: rests(),
  },
  analysis_horizon: {
    text: analysis.analysisHorizonText,
    limits,
    reason: 'what holds VACUUM back, as ages',
    analysis: { restsOn: [], needs: ['pg_catalog.pg_stat_activity', 'pg_catalog.pg_replication_slots'] },
  },
  analysis_statements: {
    text: analysis.analysisExtensionsText,
    limits,
    reason: 'identify_slow_queries: whether pg_stat_statements is there; statements of others come with @statistics',
    analysis: { restsOn: [], needs: ['pg_catalog.pg_stat_database', 'public.pg_stat_statements'] },
  },
} as const satisfies Readonly<Record<string, FixedStatement>>;

const postureStatements = {
  posture_role: { text: posture.postureRoleText, limits, reason: 'doctor: what the role behind the broker can do' },
  posture_schemas: { text: posture.postureSchemasText, limits, reason: 'doctor: where the role may create objects' },
  posture_owned: { text: posture.postureOwnedText, limits, reason: 'doctor: what the role owns, no grant limits' },
  posture_functions: {
    text: posture.postureFunctionsText,
    limits,
    reason: 'doctor: functions the role may execute, and which of them everyone may',
  },
  posture_sequences: {
    text: posture.postureSequencesText,
    limits,
    reason: 'doctor --grants: an INSERT draws from the sequences of serial columns',
  },
  posture_public: {
    text: posture.posturePublicText,
    limits,
    reason: 'doctor --grants: what everyone may do with relations reaches every role',
  },
} as const satisfies Readonly<Record<string, FixedStatement>>;

export const fixedStatements = {
  catalog_header: {
    text: headerText,
    limits,
    reason: 'which server it is, and whether its own objects are known',
  },
  catalog_digests: {
    text: digestsText,
    limits,
    reason: 'the same of a server that is not known, and whether its own objects are those shipped',
  },
  catalog_objects: {
    text: catalog.objectsText,
    limits,
    reason: 'the first page of each of the following: one round trip instead of seven',
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
  transaction_status: {
    text: transactionStatusText,
    limits,
    reason: 'what became of a write whose end was never learned',
  },
  ...analysisStatements,
  ...postureStatements,
} as const satisfies Readonly<Record<string, FixedStatement>>;

export type FixedName = keyof typeof fixedStatements;

/** Whether `name` loads a snapshot: the parameters of such a text are all OIDs. */
export const isLoadingText = (name: FixedName): boolean => name.startsWith('catalog_');

/** Whether `name` is one of the fixed texts. */
export function isFixedName(name: string): name is FixedName {
  return Object.hasOwn(fixedStatements, name);
}

/** What a text of the analysis tools rests on and needs; undefined for every other text. */
export function analysisText(name: string): AnalysisText | undefined {
  if (!isFixedName(name)) return undefined;
  const statement: FixedStatement = fixedStatements[name];
  return statement.analysis;
}
