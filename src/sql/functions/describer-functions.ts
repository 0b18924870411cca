/** Built-in functions that describe the database: `describer` with `@introspection`, `describer_all` with select on everything. Reviewed against PostgreSQL 15 and 18. */

import type { FunctionGroup } from './function-group.ts';

export const describerFunctions: readonly FunctionGroup[] = [
  {
    class: 'describer',
    reason: 'asks what the session itself may do',
    names: `
      has_any_column_privilege(oid,text) has_any_column_privilege(text,text)
      has_column_privilege(oid,smallint,text) has_column_privilege(oid,text,text)
      has_column_privilege(text,smallint,text) has_column_privilege(text,text,text)
      has_database_privilege(oid,text) has_database_privilege(text,text)
      has_foreign_data_wrapper_privilege(oid,text) has_foreign_data_wrapper_privilege(text,text)
      has_function_privilege(oid,text) has_function_privilege(text,text) has_language_privilege(oid,text)
      has_language_privilege(text,text) has_largeobject_privilege(oid,text) has_parameter_privilege(text,text)
      has_schema_privilege(oid,text) has_schema_privilege(text,text) has_sequence_privilege(oid,text)
      has_sequence_privilege(text,text) has_server_privilege(oid,text) has_server_privilege(text,text)
      has_table_privilege(oid,text) has_table_privilege(text,text) has_tablespace_privilege(oid,text)
      has_tablespace_privilege(text,text) has_type_privilege(oid,text) has_type_privilege(text,text)
      pg_has_role(name,text) pg_has_role(oid,text)`,
  },
  {
    class: 'describer',
    reason: 'prints the name of something from its OID, or finds the OID of a name',
    names: `
      format_type oidvectortypes pg_basetype pg_get_userbyid regclass regclassin regclassout regclasssend
      regcollationin regcollationout regcollationsend regconfigin regconfigout regconfigsend regdictionaryin
      regdictionaryout regdictionarysend regnamespacein regnamespaceout regnamespacesend regoperatorin
      regoperatorout regoperatorsend regoperin regoperout regopersend regprocedurein regprocedureout
      regproceduresend regprocin regprocout regprocsend regrolein regroleout regrolesend regtypein regtypeout
      regtypesend to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc
      to_regprocedure to_regrole to_regtype to_regtypemod`,
  },
  {
    class: 'describer',
    reason: 'tells whether a name is found along the search path',
    names: `
      pg_collation_is_visible pg_conversion_is_visible pg_function_is_visible pg_is_other_temp_schema
      pg_my_temp_schema pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible
      pg_statistics_obj_is_visible pg_table_is_visible pg_ts_config_is_visible pg_ts_dict_is_visible
      pg_ts_parser_is_visible pg_ts_template_is_visible pg_type_is_visible row_security_active`,
  },
  {
    class: 'describer',
    reason: 'shows a comment',
    names: `
      col_description obj_description shobj_description`,
  },
  {
    class: 'describer',
    reason:
      'shows the definition of a table, an index, or a constraint, which columns a statistics object has, or the signature of a function without its defaults',
    names: `
      acldefault aclexplode aclitemin aclitemout makeaclitem pg_column_is_updatable pg_get_acl
      pg_get_constraintdef pg_get_expr pg_get_function_identity_arguments pg_get_function_result
      pg_get_indexdef pg_get_partition_constraintdef pg_get_partkeydef pg_get_replica_identity_index
      pg_get_serial_sequence pg_get_statisticsobjdef_columns pg_index_column_has_property
      pg_index_has_property pg_indexam_has_property pg_options_to_table pg_partition_ancestors
      pg_partition_root pg_partition_tree pg_relation_is_publishable pg_relation_is_updatable
      pg_sequence_parameters`,
  },
  {
    class: 'describer',
    reason: 'measures a relation or a database',
    names: `
      pg_database_size pg_indexes_size pg_relation_size pg_table_size pg_tablespace_size pg_total_relation_size`,
  },
  {
    class: 'describer',
    reason: 'reads one setting; which ones is a matter of the list in settings.ts',
    names: `
      current_setting pg_settings_get_flags`,
  },
  {
    class: 'describer',
    reason: 'tells something of the session or of the server start',
    names: `
      current_query pg_available_extension_versions pg_available_extensions pg_backend_pid
      pg_collation_actual_version pg_conf_load_time pg_current_snapshot pg_current_xact_id_if_assigned
      pg_database_collation_actual_version pg_extension_update_paths pg_postmaster_start_time pg_trigger_depth
      txid_current_if_assigned txid_current_snapshot`,
  },
  {
    class: 'describer_all',
    reason: 'asks what another role may do',
    names: `
      has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege
      has_function_privilege has_language_privilege has_largeobject_privilege has_parameter_privilege
      has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege
      has_tablespace_privilege has_type_privilege pg_has_role`,
  },
  {
    class: 'describer_all',
    reason:
      "shows other people's SQL: bodies of views, rules and functions, their defaults, conditions of triggers, expressions of statistics",
    names: `
      pg_get_function_arg_default pg_get_function_arguments pg_get_function_sqlbody pg_get_functiondef
      pg_get_ruledef pg_get_statisticsobjdef pg_get_statisticsobjdef_expressions pg_get_triggerdef
      pg_get_viewdef`,
  },
  {
    class: 'describer_all',
    reason: 'names any object of the database, those of other roles included',
    names: `
      pg_describe_object pg_get_object_address pg_identify_object pg_identify_object_as_address`,
  },
  {
    class: 'describer_all',
    reason: 'shows what other statements of the session left behind',
    names: `
      currval lastval pg_cursor pg_listening_channels pg_prepared_statement`,
  },
  {
    class: 'describer_all',
    reason: 'shows the configuration, the build or the memory of the server',
    names: `
      pg_config pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_get_aios
      pg_get_backend_memory_contexts pg_get_loaded_modules pg_get_shmem_allocations
      pg_get_shmem_allocations_numa pg_numa_available pg_show_all_settings`,
  },
  {
    class: 'describer_all',
    reason: 'shows addresses or paths of the server',
    names: `
      inet_client_addr inet_client_port inet_server_addr inet_server_port pg_filenode_relation
      pg_relation_filenode pg_relation_filepath pg_tablespace_databases pg_tablespace_location`,
  },
  {
    class: 'describer_all',
    reason: 'shows transactions, replication or the write-ahead log of the whole server',
    names: `
      pg_available_wal_summaries pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn
      pg_get_publication_tables pg_get_replication_slots pg_get_wal_replay_pause_state
      pg_get_wal_resource_managers pg_get_wal_summarizer_state pg_is_wal_replay_paused pg_last_committed_xact
      pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp
      pg_show_replication_origin_status pg_split_walfile_name pg_wal_summary_contents pg_walfile_name
      pg_walfile_name_offset pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_xact_status txid_status`,
  },
];
