/** Built-in functions that no rule can permit: they do something, or read something the statement does not show. Reviewed against PostgreSQL 15 and 18. */

import type { FunctionGroup } from './function-group.ts';

export const forbiddenFunctions: readonly FunctionGroup[] = [
  {
    class: 'forbidden',
    reason: 'runs SQL text, or dumps relations named by text, outside the reading of the statement',
    names: `
      cursor_to_xml cursor_to_xmlschema database_to_xml database_to_xml_and_xmlschema database_to_xmlschema
      query_to_xml query_to_xml_and_xmlschema query_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema
      schema_to_xmlschema table_to_xml table_to_xml_and_xmlschema table_to_xmlschema ts_rewrite(tsquery,text)
      ts_stat`,
  },
  {
    class: 'forbidden',
    reason:
      'reads a value by a type that is itself a value, so it may call the input function or the check of any type',
    names: `
      any_in anyarray_in anycompatible_in anycompatiblearray_in anycompatiblemultirange_in
      anycompatiblenonarray_in anycompatiblerange_in anyelement_in anyenum_in anymultirange_in anynonarray_in
      anyrange_in array_in domain_in enum_in multirange_in pg_input_error_info pg_input_is_valid range_in
      record_in`,
  },
  {
    class: 'forbidden',
    reason: 'reads a relation, a sequence or a large object that is named by a value',
    names: `
      currtid2 lo_close lo_get lo_lseek lo_lseek64 lo_open lo_tell lo_tell64 loread pg_get_sequence_data
      pg_mcv_list_in pg_mcv_list_items pg_mcv_list_out pg_mcv_list_send pg_sequence_last_value
      satisfies_hash_partition`,
  },
  {
    class: 'forbidden',
    reason: 'writes large objects or files',
    names: `
      lo_creat lo_create lo_export lo_from_bytea lo_import lo_put lo_truncate lo_truncate64 lo_unlink lowrite`,
  },
  {
    class: 'forbidden',
    reason: 'advances a sequence',
    names: `
      nextval setval`,
  },
  {
    class: 'forbidden',
    reason: 'sends a message out of the transaction',
    names: `
      pg_export_snapshot pg_logical_emit_message pg_notify`,
  },
  {
    class: 'forbidden',
    reason: 'signals another session or the server',
    names: `
      pg_cancel_backend pg_log_backend_memory_contexts pg_log_standby_snapshot pg_promote pg_reload_conf
      pg_rotate_logfile pg_rotate_logfile_old pg_terminate_backend`,
  },
  {
    class: 'forbidden',
    reason: 'takes or frees locks that outlive the statement',
    names: `
      pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
      pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock
      pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared`,
  },
  {
    class: 'forbidden',
    reason: 'holds a connection while doing nothing',
    names: `
      pg_sleep pg_sleep_for pg_sleep_until`,
  },
  {
    class: 'forbidden',
    reason: 'changes the state of the session',
    names: `
      pg_stat_clear_snapshot pg_stat_force_next_flush set_config setseed`,
  },
  {
    class: 'forbidden',
    reason: 'consumes a transaction id',
    names: `
      pg_current_xact_id txid_current`,
  },
  {
    class: 'forbidden',
    reason: 'writes or resets statistics',
    names: `
      pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats
      pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot pg_stat_reset_shared
      pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru
      pg_stat_reset_subscription_stats`,
  },
  {
    class: 'forbidden',
    reason: 'changes or consumes replication state',
    names: `
      pg_backup_start pg_backup_stop pg_copy_logical_replication_slot pg_copy_physical_replication_slot
      pg_create_logical_replication_slot pg_create_physical_replication_slot pg_create_restore_point
      pg_drop_replication_slot pg_logical_slot_get_binary_changes pg_logical_slot_get_changes
      pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes pg_replication_origin_advance
      pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_oid
      pg_replication_origin_progress pg_replication_origin_session_is_setup
      pg_replication_origin_session_progress pg_replication_origin_session_reset
      pg_replication_origin_session_setup pg_replication_origin_xact_reset pg_replication_origin_xact_setup
      pg_replication_slot_advance pg_switch_wal pg_sync_replication_slots pg_wal_replay_pause
      pg_wal_replay_resume`,
  },
  {
    class: 'forbidden',
    reason: 'reads files or directories of the server',
    names: `
      pg_current_logfile pg_hba_file_rules pg_ident_file_mappings pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir
      pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir
      pg_read_binary_file pg_read_file pg_read_file_old pg_show_all_file_settings pg_stat_file`,
  },
  {
    class: 'forbidden',
    reason: 'maintains indexes, collations or the catalogs',
    names: `
      binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension
      binary_upgrade_logical_slot_has_caught_up binary_upgrade_replorigin_advance
      binary_upgrade_set_missing_value binary_upgrade_set_next_array_pg_type_oid
      binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
      binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
      binary_upgrade_set_next_multirange_array_pg_type_oid binary_upgrade_set_next_multirange_pg_type_oid
      binary_upgrade_set_next_pg_authid_oid binary_upgrade_set_next_pg_enum_oid
      binary_upgrade_set_next_pg_tablespace_oid binary_upgrade_set_next_pg_type_oid
      binary_upgrade_set_next_toast_pg_class_oid binary_upgrade_set_next_toast_relfilenode
      binary_upgrade_set_record_init_privs brin_desummarize_range brin_summarize_new_values brin_summarize_range
      gin_clean_pending_list pg_extension_config_dump pg_import_system_collations pg_nextoid
      pg_stop_making_pinned_objects`,
  },
  {
    class: 'forbidden',
    reason: 'serves triggers, languages, access methods or wrappers, never a query',
    names: `
      RI_FKey_cascade_del RI_FKey_cascade_upd RI_FKey_check_ins RI_FKey_check_upd RI_FKey_noaction_del
      RI_FKey_noaction_upd RI_FKey_restrict_del RI_FKey_restrict_upd RI_FKey_setdefault_del
      RI_FKey_setdefault_upd RI_FKey_setnull_del RI_FKey_setnull_upd amvalidate array_subscript_handler
      event_trigger_in event_trigger_out fdw_handler_in fdw_handler_out fmgr_c_validator fmgr_internal_validator
      fmgr_sql_validator heap_tableam_handler index_am_handler_in index_am_handler_out internal_in internal_out
      jsonb_subscript_handler language_handler_in language_handler_out pg_ddl_command_in pg_ddl_command_out
      pg_ddl_command_recv pg_ddl_command_send pg_event_trigger_ddl_commands pg_event_trigger_dropped_objects
      pg_event_trigger_table_rewrite_oid pg_event_trigger_table_rewrite_reason pg_node_tree_in pg_node_tree_out
      pg_node_tree_recv pg_node_tree_send plpgsql_call_handler plpgsql_inline_handler plpgsql_validator
      postgresql_fdw_validator raw_array_subscript_handler shell_in shell_out suppress_redundant_updates_trigger
      table_am_handler_in table_am_handler_out trigger_in trigger_out tsm_handler_in tsm_handler_out
      tsvector_update_trigger tsvector_update_trigger_column unique_key_recheck`,
  },
];
