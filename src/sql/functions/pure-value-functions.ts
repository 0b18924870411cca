/** Built-in functions that callers write and that only compute: no rule is needed. Long because it is a list. Reviewed against PostgreSQL 15 and 18. */

import type { FunctionGroup } from './function-group.ts';

export const pureValueFunctions: readonly FunctionGroup[] = [
  {
    class: 'pure',
    reason: 'aggregates over the rows it is given',
    names: `
      any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist
      dense_rank every json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
      json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
      jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percent_rank percentile_cont
      percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2
      regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp
      variance xmlagg`,
  },
  {
    class: 'pure',
    reason: 'looks at the rows of the window',
    names: `
      first_value lag last_value lead nth_value ntile row_number`,
  },
  {
    class: 'pure',
    reason: 'samples the table that the statement names',
    names: `
      bernoulli(internal) system(internal)`,
  },
  {
    class: 'pure',
    reason: 'computes with dates, times and intervals, or tells the time',
    names: `
      age clock_timestamp date_add date_bin date_part date_subtract date_trunc extract generate_series isfinite
      justify_days justify_hours justify_interval make_date make_interval make_time make_timestamp
      make_timestamptz now overlaps pg_timezone_abbrevs pg_timezone_abbrevs_abbrevs pg_timezone_abbrevs_zone
      pg_timezone_names statement_timestamp timeofday timestamp timestamptz timezone to_char to_date to_number
      to_timestamp transaction_timestamp`,
  },
  {
    class: 'pure',
    reason: 'builds, takes apart or searches JSON',
    names: `
      array_to_json json_array_elements json_array_elements_text json_array_length json_build_array
      json_build_object json_each json_each_text json_object json_object_keys json_populate_record
      json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_to_tsvector json_typeof
      jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object
      jsonb_each jsonb_each_text jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists
      jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
      jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz
      jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_pretty jsonb_set
      jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_to_tsvector jsonb_typeof
      row_to_json to_json to_jsonb`,
  },
  {
    class: 'pure',
    reason: 'does full text search with the dictionaries of the database',
    names: `
      array_to_tsvector get_current_ts_config numnode phraseto_tsquery plainto_tsquery querytree setweight strip
      to_tsquery to_tsvector ts_debug ts_delete ts_filter ts_headline ts_lexize ts_parse ts_rank ts_rank_cd
      ts_rewrite ts_token_type tsquery_phrase tsvector_to_array websearch_to_tsquery`,
  },
  {
    class: 'pure',
    reason: 'makes or measures ranges and multiranges',
    names: `
      datemultirange daterange daterange_canonical daterange_subdiff enum_range int4multirange int4range
      int4range_canonical int4range_subdiff int8multirange int8range int8range_canonical int8range_subdiff
      isempty lower_inc lower_inf multirange nummultirange numrange numrange_subdiff range_merge tsmultirange
      tsrange tsrange_subdiff tstzmultirange tstzrange tstzrange_subdiff upper_inc upper_inf`,
  },
  {
    class: 'pure',
    reason: 'makes, measures or changes arrays',
    names: `
      array_dims array_fill array_length array_lower array_ndims array_position array_positions array_remove
      array_replace array_reverse array_sample array_shuffle array_sort array_to_string array_upper cardinality
      enum_first enum_last generate_subscripts string_to_array trim_array unnest`,
  },
  {
    class: 'pure',
    reason: 'builds or searches XML that it is given',
    names: `
      xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment xmlexists xmltext
      xmlvalidate xpath xpath_exists`,
  },
  {
    class: 'pure',
    reason: 'computes with network addresses',
    names: `
      abbrev broadcast family host hostmask macaddr8_set7bit masklen netmask network set_masklen`,
  },
  {
    class: 'pure',
    reason: 'computes with shapes',
    names: `
      area box center circle diagonal diameter height isclosed ishorizontal isopen isparallel isperp isvertical
      line lseg npoints pclose point polygon popen radius slope width`,
  },
  {
    class: 'pure',
    reason: 'computes with text, bytes and bits',
    names: `
      ascii bit_count bit_length btrim casefold char_length character_length chr concat concat_ws convert
      convert_from convert_to crc32 crc32c decode encode format get_bit get_byte icu_unicode_version initcap
      is_normalized left length like like_escape lower lpad ltrim md5 nameconcatoid normalize notlike
      octet_length overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count
      regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
      regexp_split_to_table regexp_substr repeat replace reverse right rpad rtrim set_bit set_byte sha224 sha256
      sha384 sha512 similar_escape similar_to_escape split_part string_to_table strpos substr substring text
      textlen to_ascii to_bin to_hex to_oct translate unicode_assigned unicode_version unistr upper`,
  },
  {
    class: 'pure',
    reason: 'computes with numbers',
    names: `
      abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cash_words cbrt ceil ceiling cos cosd
      cosh cot cotd degrees dexp div dlog1 dlog10 dround dtrunc erf erfc exp factorial floor gamma gcd lcm
      lgamma ln log log10 min_scale mod num_nonnulls numeric_div_trunc numeric_exp numeric_inc numeric_ln
      numeric_log numeric_sqrt pi pow power radians round scale sign sin sind sinh sqrt tan tand tanh trim_scale
      trunc width_bucket`,
  },
  {
    class: 'pure',
    reason: 'makes random values; volatile, and harmless',
    names: `
      gen_random_uuid random random_normal uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7`,
  },
  {
    class: 'pure',
    reason: 'names the session itself: its database, schema, role, encoding or version',
    names: `
      current_database current_schema current_schemas current_user getdatabaseencoding getpgusername
      pg_char_to_encoding pg_client_encoding pg_encoding_max_length pg_encoding_to_char pg_is_in_recovery
      pg_jit_available pg_notification_queue_usage session_user system_user version`,
  },
  {
    class: 'pure',
    reason: 'tells the type, size, age or order of the value it is given, or prints a size',
    names: `
      mxid_age pg_collation_for pg_column_compression pg_column_size pg_column_toast_chunk_id
      pg_get_catalog_foreign_keys pg_get_keywords pg_indexam_progress_phasename pg_lsn pg_size_bytes
      pg_size_pretty pg_snapshot_xip pg_snapshot_xmax pg_snapshot_xmin pg_typeof pg_visible_in_snapshot
      pg_wal_lsn_diff txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin txid_visible_in_snapshot`,
  },
  {
    class: 'pure',
    reason: 'stands behind a cast between built-in types',
    names: `
      bit bool bpchar bytea char cidr date float4 float8 int2 int4 int8 interval macaddr macaddr8 money name
      numeric oid path time timetz varbit varchar xid xml`,
  },
];
