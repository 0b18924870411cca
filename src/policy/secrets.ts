/** Columns of system catalogs that have no rule: secrets no one reads, and samples of data only an unrestricted reader may see. */

interface Secret {
  readonly columns: readonly string[] | 'all';
  /** `never`: no rule opens it. `unrestricted`: open to whoever may read everything without a denied or masked column. */
  readonly open: 'never' | 'unrestricted';
  readonly reason: string;
}

const never = (columns: readonly string[] | 'all', reason: string): Secret => ({ columns, open: 'never', reason });
const samples = (columns: readonly string[], reason: string): Secret => ({ columns, open: 'unrestricted', reason });

const secrets: Readonly<Record<string, Secret>> = {
  'pg_catalog.pg_authid': never(['rolpassword'], 'password verifiers'),
  'pg_catalog.pg_shadow': never(['passwd', 'useconfig'], 'password verifiers, settings of roles'),
  'pg_catalog.pg_user': never(['useconfig'], 'settings of roles'),
  'pg_catalog.pg_roles': never(['rolconfig'], 'settings of roles may hold tokens of applications'),
  'pg_catalog.pg_db_role_setting': never(['setconfig'], 'settings of roles may hold tokens of applications'),
  'pg_catalog.pg_user_mapping': never(['umoptions'], 'passwords for foreign servers'),
  'pg_catalog.pg_user_mappings': never(['umoptions'], 'passwords for foreign servers'),
  'information_schema._pg_user_mappings': never(['umoptions'], 'passwords for foreign servers'),
  'information_schema.user_mapping_options': never(['option_value'], 'passwords for foreign servers'),
  'pg_catalog.pg_subscription': never(['subconninfo'], 'connection text with a password'),
  'pg_catalog.pg_stat_wal_receiver': never(['conninfo'], 'connection text'),
  'pg_catalog.pg_hba_file_rules': never('all', 'who may log in from where, RADIUS and LDAP secrets'),
  'pg_catalog.pg_ident_file_mappings': never('all', 'who may log in as whom'),
  'pg_catalog.pg_file_settings': never('all', 'the configuration file, connection texts included'),
  'pg_catalog.pg_largeobject': never('all', 'large objects carry no column a rule could name'),
  'pg_catalog.pg_statistic': samples(
    ['stavalues1', 'stavalues2', 'stavalues3', 'stavalues4', 'stavalues5'],
    'values of columns',
  ),
  'pg_catalog.pg_stats': samples(
    ['most_common_vals', 'histogram_bounds', 'most_common_elems', 'range_bounds_histogram'],
    'values of columns',
  ),
  'pg_catalog.pg_stats_ext': samples(['most_common_vals'], 'values of columns'),
  'pg_catalog.pg_stats_ext_exprs': samples(
    ['most_common_vals', 'histogram_bounds', 'most_common_elems'],
    'values of columns',
  ),
  'pg_catalog.pg_statistic_ext_data': samples(['stxdmcv', 'stxdexpr'], 'values of columns'),
  'pg_catalog.pg_attribute': samples(['attmissingval'], 'the value a column had before it existed'),
};

const toast: Secret = samples(['chunk_data'], 'values of columns, cut to pieces');

/** Why no ordinary rule opens this column, or undefined where rules decide. */
export function secretColumn(schema: string, relation: string, column: string): Secret | undefined {
  const secret = schema.startsWith('pg_toast') ? toast : secrets[`${schema}.${relation}`];
  return secret !== undefined && (secret.columns === 'all' || secret.columns.includes(column)) ? secret : undefined;
}

/** Every relation with a secret column, for the documentation and its test. */
export const secretRelations: readonly string[] = Object.keys(secrets);
