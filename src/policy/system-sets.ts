/** The named sets of system catalogs a rule may open, each entry reviewed and with its reason; and what no set contains. */

export const setNames = ['@introspection', '@statistics'] as const;
export type SetName = (typeof setNames)[number];

/** Relations opened together. `except` are columns the set leaves shut. */
interface Entry {
  readonly relations: string;
  readonly except?: string;
  readonly reason: string;
}

const introspection: readonly Entry[] = [
  {
    relations: 'pg_catalog.pg_class pg_catalog.pg_namespace pg_catalog.pg_tables pg_catalog.pg_inherits',
    reason: 'which relations exist, and how they inherit',
  },
  {
    relations: 'pg_catalog.pg_attribute',
    except: 'attmissingval attfdwoptions',
    reason: 'columns; the value a column had before it existed is data, options of foreign tables are configuration',
  },
  { relations: 'pg_catalog.pg_attrdef', reason: 'default expressions, part of the definition of a table' },
  {
    relations: 'pg_catalog.pg_type pg_catalog.pg_range pg_catalog.pg_enum',
    reason: 'every driver loads types and enum labels',
  },
  {
    relations: 'pg_catalog.pg_index pg_catalog.pg_indexes pg_catalog.pg_constraint pg_catalog.pg_partitioned_table',
    reason: 'keys, indexes, partitions',
  },
  { relations: 'pg_catalog.pg_sequence', reason: 'definitions of sequences, not their position' },
  {
    relations: 'pg_catalog.pg_sequences',
    except: 'last_value',
    reason: 'definitions of sequences; the last value counts rows',
  },
  {
    relations: 'pg_catalog.pg_proc',
    except: 'prosrc probin prosqlbody proargdefaults proconfig',
    reason: 'signatures of functions; bodies are their owners’ SQL',
  },
  {
    relations:
      'pg_catalog.pg_aggregate pg_catalog.pg_operator pg_catalog.pg_opclass pg_catalog.pg_opfamily pg_catalog.pg_amop pg_catalog.pg_amproc pg_catalog.pg_cast pg_catalog.pg_conversion pg_catalog.pg_transform',
    reason: 'what can be computed with which types',
  },
  {
    relations:
      'pg_catalog.pg_am pg_catalog.pg_language pg_catalog.pg_collation pg_catalog.pg_available_extensions pg_catalog.pg_available_extension_versions',
    reason: 'what the server can do',
  },
  {
    relations: 'pg_catalog.pg_extension',
    except: 'extcondition',
    reason: 'which extensions there are; conditions of their dumps are SQL',
  },
  {
    relations:
      'pg_catalog.pg_ts_config pg_catalog.pg_ts_config_map pg_catalog.pg_ts_dict pg_catalog.pg_ts_parser pg_catalog.pg_ts_template',
    reason: 'text search configurations',
  },
  { relations: 'pg_catalog.pg_description', reason: 'comments, made to be read' },
  { relations: 'pg_catalog.pg_depend', reason: 'which object needs which: identifiers alone' },
  { relations: 'pg_catalog.pg_database', reason: 'clients ask for encoding and collation of the database they are in' },
  {
    relations: 'pg_catalog.pg_tablespace',
    except: 'spcacl spcoptions',
    reason: 'names of tablespaces stand in definitions',
  },
  {
    relations: 'pg_catalog.pg_trigger',
    except: 'tgargs tgqual',
    reason: 'that a trigger exists; its arguments and condition are its owner’s',
  },
  {
    relations: 'pg_catalog.pg_matviews pg_catalog.pg_views',
    except: 'definition',
    reason: 'that a view exists; its text is its owner’s SQL',
  },
  {
    relations: 'pg_catalog.pg_policy',
    except: 'polqual polwithcheck',
    reason: 'that row security exists; its conditions show what is hidden',
  },
  {
    relations: 'pg_catalog.pg_rewrite',
    except: 'ev_qual ev_action',
    reason: 'that a rule exists; its action is its owner’s SQL',
  },
  { relations: 'pg_catalog.pg_statistic_ext', except: 'stxexprs', reason: 'that extended statistics exist' },
  {
    relations: 'pg_catalog.pg_foreign_table',
    except: 'ftoptions',
    reason: 'that a table is foreign; its options are configuration',
  },
  { relations: 'pg_catalog.pg_timezone_names pg_catalog.pg_timezone_abbrevs', reason: 'facts about the world' },
  {
    relations:
      'information_schema.information_schema_catalog_name information_schema.schemata information_schema.tables information_schema.columns information_schema.table_constraints information_schema.key_column_usage information_schema.referential_constraints information_schema.constraint_column_usage information_schema.constraint_table_usage information_schema.check_constraints information_schema.check_constraint_routine_usage information_schema.sequences',
    reason: 'what models and tools ask first: tables, columns, keys',
  },
  {
    relations: 'information_schema.views',
    except: 'view_definition',
    reason: 'that a view exists; its text is its owner’s SQL',
  },
  {
    relations: 'information_schema.routines',
    except: 'routine_definition',
    reason: 'signatures of functions; bodies are their owners’ SQL',
  },
  { relations: 'information_schema.parameters', except: 'parameter_default', reason: 'signatures of functions' },
  {
    relations: 'information_schema.triggers',
    except: 'action_condition action_statement',
    reason: 'that a trigger exists',
  },
  { relations: 'information_schema.triggered_update_columns', reason: 'which columns fire a trigger' },
  {
    relations:
      'information_schema.attributes information_schema.domains information_schema.domain_constraints information_schema.domain_udt_usage information_schema.user_defined_types information_schema.element_types information_schema.data_type_privileges information_schema.column_udt_usage information_schema.column_domain_usage information_schema.column_column_usage information_schema.character_sets information_schema.collations information_schema.collation_character_set_applicability information_schema.transforms',
    reason: 'types and what is built of them',
  },
  {
    relations:
      'information_schema.column_privileges information_schema.table_privileges information_schema.routine_privileges information_schema.udt_privileges information_schema.usage_privileges',
    reason: 'what the database role may do, as clients ask before they offer it',
  },
  {
    relations:
      'information_schema.view_column_usage information_schema.view_table_usage information_schema.view_routine_usage information_schema.routine_column_usage information_schema.routine_routine_usage information_schema.routine_sequence_usage information_schema.routine_table_usage',
    reason: 'which object uses which: names alone',
  },
  {
    relations:
      'information_schema.sql_features information_schema.sql_implementation_info information_schema.sql_parts information_schema.sql_sizing',
    reason: 'facts about PostgreSQL',
  },
];

const perTable = ['all', 'sys', 'user'].flatMap((who) => [
  `pg_catalog.pg_stat_${who}_tables`,
  `pg_catalog.pg_stat_xact_${who}_tables`,
  `pg_catalog.pg_stat_${who}_indexes`,
  `pg_catalog.pg_statio_${who}_tables`,
  `pg_catalog.pg_statio_${who}_indexes`,
  `pg_catalog.pg_statio_${who}_sequences`,
]);

const statistics: readonly Entry[] = [
  { relations: perTable.join(' '), reason: 'how tables and indexes are used: numbers' },
  {
    relations: 'pg_catalog.pg_stat_user_functions pg_catalog.pg_stat_xact_user_functions',
    reason: 'how functions are used: numbers',
  },
  {
    relations:
      'pg_catalog.pg_stat_database pg_catalog.pg_stat_database_conflicts pg_catalog.pg_stat_archiver pg_catalog.pg_stat_bgwriter pg_catalog.pg_stat_checkpointer pg_catalog.pg_stat_wal pg_catalog.pg_stat_io pg_catalog.pg_stat_slru pg_catalog.pg_stat_recovery_prefetch pg_catalog.pg_aios',
    reason: 'how the server works: numbers',
  },
  {
    relations: 'pg_catalog.pg_stat_activity pg_catalog.pg_stat_ssl pg_catalog.pg_stat_gssapi',
    reason: 'who is connected and what runs, the SQL of others included: that is what the set is for',
  },
  { relations: 'pg_catalog.pg_locks pg_catalog.pg_prepared_xacts', reason: 'who waits for whom' },
  {
    relations:
      'pg_catalog.pg_stat_replication pg_catalog.pg_stat_replication_slots pg_catalog.pg_replication_slots pg_catalog.pg_stat_subscription pg_catalog.pg_stat_subscription_stats',
    reason: 'replication, its lag and its slots',
  },
  {
    relations: 'pg_catalog.pg_stat_wal_receiver',
    except: 'conninfo',
    reason: 'replication; the connection text is configuration',
  },
  {
    relations:
      'pg_catalog.pg_stat_progress_analyze pg_catalog.pg_stat_progress_basebackup pg_catalog.pg_stat_progress_cluster pg_catalog.pg_stat_progress_copy pg_catalog.pg_stat_progress_create_index pg_catalog.pg_stat_progress_vacuum',
    reason: 'progress of maintenance',
  },
  {
    relations: 'pg_catalog.pg_stats',
    except: 'most_common_vals histogram_bounds most_common_elems range_bounds_histogram',
    reason: 'the shape of columns; samples of their values stay shut',
  },
  {
    relations: 'pg_catalog.pg_stats_ext',
    except: 'exprs most_common_vals',
    reason: 'the shape of column groups; samples of their values stay shut',
  },
  {
    relations: 'pg_catalog.pg_wait_events pg_catalog.pg_backend_memory_contexts pg_catalog.pg_shmem_allocations',
    reason: 'the server’s own memory and waits',
  },
];

function index(entries: readonly Entry[]): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    entries.flatMap(({ relations, except = '' }) =>
      relations.split(' ').map((name) => [name, new Set(except.split(' '))] as const),
    ),
  );
}

const sets = { '@introspection': index(introspection), '@statistics': index(statistics) };

/** The extension whose views come with `@statistics` wherever they were installed. */
const statementViews = new Set(['pg_stat_statements', 'pg_stat_statements_info']);

/**
 * The extension a relation of this name would belong to, for questions asked without the catalog at hand: whoever may
 * read the views of pg_stat_statements may know of them. What is read is judged by the catalog's word.
 */
export const likelyExtension = (relation: string): string | undefined =>
  statementViews.has(relation) ? 'pg_stat_statements' : undefined;

export interface SystemName {
  readonly schema: string;
  readonly relation: string;
  readonly column: string | undefined;
  readonly extension: string | undefined;
}

/** Whether a set opens the relation, or the column of it. */
export function setHolds(set: SetName, { schema, relation, column, extension }: SystemName): boolean {
  if (extension === 'pg_stat_statements') return set === '@statistics' && statementViews.has(relation);
  const shut = sets[set].get(`${schema}.${relation}`);
  return shut !== undefined && (column === undefined || !shut.has(column));
}

/** PostgreSQL reserves the prefix `pg_` for its own schemas; toast and temporary ones stand there too. */
export const isSystemSchema = (schema: string): boolean => schema.startsWith('pg_') || schema === 'information_schema';

/** Every entry of a set with its reason, for the documentation and the review. */
export function setEntries(
  set: SetName,
): readonly { readonly relation: string; readonly except: readonly string[]; readonly reason: string }[] {
  const entries = set === '@introspection' ? introspection : statistics;
  return entries.flatMap(({ relations, except, reason }) =>
    relations.split(' ').map((relation) => ({ relation, except: except?.split(' ') ?? [], reason })),
  );
}
