/** Type names as policy files may write them, brought to the form `format_type` prints. */

const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int2: 'smallint',
  int8: 'bigint',
  bool: 'boolean',
  float: 'double precision',
  float8: 'double precision',
  float4: 'real',
  decimal: 'numeric',
  dec: 'numeric',
  varchar: 'character varying',
  'char varying': 'character varying',
  char: 'character',
  bpchar: 'character',
  varbit: 'bit varying',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
};

/** `INT[]` → `integer[]`, `pg_catalog.int8` → `bigint`; names not known here stay as written, folded. */
export function canonicalType(written: string): string {
  const plain = written.trim().replace(/\s+/g, ' ');
  const [, base = '', array = ''] = /^(.*?)((?:\s*\[\d*\])*)$/.exec(plain) ?? [];
  const folded = base.includes('"') ? base : base.toLowerCase();
  const name = folded.replace(/^pg_catalog\./, '').replace(/\s*\(\s*\d+(\s*,\s*\d+)?\s*\)/, '');
  // PostgreSQL keeps no count of dimensions: int[][] is int[]
  return `${aliases[name] ?? name}${array === '' ? '' : '[]'}`;
}
