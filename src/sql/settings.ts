/** Which run-time settings a caller may read by SHOW or current_setting, by name, with a reason for each group. */

interface SettingGroup {
  readonly reason: string;
  readonly names: string;
}

/** Settings that tell how the caller's own session reads and prints, or what the server is; nothing of hosts, files, roles or secrets. */
const harmless: readonly SettingGroup[] = [
  {
    reason: 'what the server is',
    names:
      'server_version server_version_num server_encoding lc_collate lc_ctype block_size segment_size wal_block_size data_checksums integer_datetimes max_function_args max_identifier_length max_index_keys in_hot_standby huge_pages_status',
  },
  {
    reason: 'how values are read and printed',
    names:
      'client_encoding datestyle intervalstyle timezone timezone_abbreviations extra_float_digits bytea_output lc_messages lc_monetary lc_numeric lc_time xmlbinary xmloption default_text_search_config',
  },
  {
    reason: 'how text is read as SQL',
    names:
      'standard_conforming_strings backslash_quote escape_string_warning array_nulls quote_all_identifiers transform_null_equals gin_fuzzy_search_limit plpgsql.variable_conflict',
  },
  {
    reason: 'the state of the transaction of this call, pinned by the broker',
    names:
      'transaction_isolation transaction_read_only transaction_deferrable default_transaction_isolation default_transaction_read_only default_transaction_deferrable statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout transaction_timeout row_security search_path application_name',
  },
  {
    reason: 'how queries are planned',
    names:
      'work_mem maintenance_work_mem hash_mem_multiplier effective_cache_size random_page_cost seq_page_cost cpu_tuple_cost cpu_index_tuple_cost cpu_operator_cost parallel_setup_cost parallel_tuple_cost min_parallel_table_scan_size min_parallel_index_scan_size max_parallel_workers max_parallel_workers_per_gather max_worker_processes parallel_leader_participation default_statistics_target constraint_exclusion cursor_tuple_fraction from_collapse_limit join_collapse_limit plan_cache_mode recursive_worktable_factor geqo geqo_threshold geqo_effort geqo_pool_size geqo_generations geqo_selection_bias geqo_seed jit jit_above_cost jit_inline_above_cost jit_optimize_above_cost enable_async_append enable_bitmapscan enable_distinct_reordering enable_gathermerge enable_group_by_reordering enable_hashagg enable_hashjoin enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join enable_presorted_aggregate enable_seqscan enable_self_join_elimination enable_sort enable_tidscan shared_buffers temp_buffers effective_io_concurrency max_connections',
  },
];

const reasons = new Map(
  harmless.flatMap(({ names, reason }) => names.split(' ').map((name) => [name, reason] as const)),
);

/** Why a setting may be read by anybody; undefined for every setting that is not on the list. Names are case-insensitive. */
export function whySettingIsHarmless(name: string): string | undefined {
  return reasons.get(name.toLowerCase());
}

/** The whole list, for the tests and the documentation. */
export function harmlessSettings(): readonly string[] {
  return [...reasons.keys()];
}
