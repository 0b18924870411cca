/** The helpers of information_schema, which drivers (JDBC) call by name. */

import type { FunctionGroup } from './function-group.ts';

export const informationSchemaFunctions: readonly FunctionGroup[] = [
  {
    class: 'pure',
    reason: 'computes with the values it is given',
    names: `_pg_expandarray _pg_truetypid _pg_truetypmod _pg_char_max_length _pg_char_octet_length _pg_numeric_precision
      _pg_numeric_precision_radix _pg_numeric_scale _pg_datetime_precision _pg_interval_type`,
  },
  { class: 'describer', reason: 'finds a column in an index by OID', names: '_pg_index_position' },
];
