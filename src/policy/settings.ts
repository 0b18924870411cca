/** Settings a statement may show: how the session reads and prints for everyone, the rest only to who may select everything. */

/** What drivers and models ask to understand the answers they get; nothing of the server's place, files or neighbours. */
const open = new Set(
  `application_name bytea_output client_encoding client_min_messages datestyle default_text_search_config default_transaction_isolation
  default_transaction_read_only extra_float_digits in_hot_standby integer_datetimes intervalstyle is_superuser lc_collate lc_ctype lc_messages
  lc_monetary lc_numeric lc_time lock_timeout max_identifier_length max_index_keys row_security search_path server_encoding server_version
  server_version_num standard_conforming_strings statement_timeout timezone transaction_isolation transaction_read_only
  xmlbinary xmloption transaction_deferrable backslash_quote escape_string_warning array_nulls`.split(/\s+/),
);

/** Connection texts and commands that carry secrets: shown to nobody. `all` would show them too. */
const secret = new Set([
  'all',
  'primary_conninfo',
  'ssl_passphrase_command',
  'archive_command',
  'restore_command',
  'archive_cleanup_command',
  'recovery_end_command',
  'krb_server_keyfile',
]);

/** `unrestricted`: only for callers who may select on `**`. Names are compared as PostgreSQL does, without case. */
export function settingClass(name: string): 'open' | 'unrestricted' | 'secret' {
  const folded = name.toLowerCase();
  if (open.has(folded)) return 'open';
  return secret.has(folded) ? 'secret' : 'unrestricted';
}
