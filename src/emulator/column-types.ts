/** What the service does with each PostgreSQL type: the Field it becomes, its metadata, or its name in a refusal (README, E9). */

import type { RawField, Session } from './session.ts';

export type FieldKind =
  | 'boolean'
  | 'long'
  | 'double'
  | 'string'
  | 'blob'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'json';

export interface ColumnType {
  readonly oid: number;
  /** `pg_type.typname`. */
  readonly name: string;
  readonly kind: FieldKind | undefined;
  readonly element: ColumnType | undefined;
  /** As an UnsupportedResultException names it. */
  readonly refusalName: string;
}

const kinds: Readonly<Record<string, FieldKind>> = {
  bool: 'boolean',
  int2: 'long',
  int4: 'long',
  int8: 'long',
  oid: 'long',
  float4: 'double',
  float8: 'double',
  bytea: 'blob',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  json: 'json',
  jsonb: 'json',
  numeric: 'string',
  text: 'string',
  varchar: 'string',
  name: 'string',
  bpchar: 'string',
  uuid: 'string',
  inet: 'string',
  cidr: 'string',
  vector: 'string',
  int4range: 'string',
  numrange: 'string',
};

/** Names that sqlx gives to types it knows; everything else goes by its catalog name. */
const spelled: Readonly<Record<string, string>> = {
  char: '"CHAR"',
  interval: 'INTERVAL',
  timetz: 'TIMETZ',
  money: 'MONEY',
  point: 'POINT',
  lseg: 'LSEG',
  path: 'PATH',
  box: 'BOX',
  polygon: 'POLYGON',
  line: 'LINE',
  circle: 'CIRCLE',
  macaddr: 'MACADDR',
  macaddr8: 'MACADDR8',
  bit: 'BIT',
  varbit: 'VARBIT',
  record: 'RECORD',
  void: 'VOID',
  unknown: 'UNKNOWN',
  tsrange: 'TSRANGE',
  tstzrange: 'TSTZRANGE',
  daterange: 'DATERANGE',
  int8range: 'INT8RANGE',
  jsonpath: 'JSONPATH',
};

const cache = new Map<string, ColumnType>();

/** Looks the types of a result up, on the session that produced it; built-in ones once for all. */
export async function columnTypes(session: Session, fields: readonly RawField[]): Promise<readonly ColumnType[]> {
  const types: ColumnType[] = [];
  for (const field of fields) types.push(await typeOf(session, field.dataTypeID));
  return types;
}

async function typeOf(session: Session, oid: number): Promise<ColumnType> {
  const key = oid < 16384 ? `${oid}` : `${session.pid} ${oid}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const { rows } = await session.run(
    `SELECT typname::text, typtype::text, typcategory::text, typelem::text FROM pg_catalog.pg_type WHERE oid = ${oid}`,
    [],
  );
  const [name = 'unknown', type = 'b', category = '', element = '0'] = (rows[0] ?? []).map(String);
  const made: ColumnType = {
    oid,
    name,
    kind: type === 'e' ? 'string' : kinds[name],
    element: category === 'A' ? await typeOf(session, Number(element)) : undefined,
    refusalName: category === 'A' ? `${spelled[name.slice(1)] ?? name.slice(1)}[]` : (spelled[name] ?? name),
  };
  cache.set(key, made);
  return made;
}

/** java.sql.Types numbers, by what pgjdbc says (README, E10). */
const jdbc: Readonly<Record<string, number>> = {
  bool: -7,
  int2: 5,
  int4: 4,
  int8: -5,
  oid: -5,
  float4: 7,
  float8: 8,
  numeric: 2,
  bpchar: 1,
  varchar: 12,
  text: 12,
  name: 12,
  bytea: -2,
  date: 91,
  time: 92,
  timestamp: 93,
  timestamptz: 93,
  money: 8,
  xml: 2009,
};

const precisions: Readonly<Record<string, readonly [number, number]>> = {
  int2: [5, 0],
  int4: [10, 0],
  int8: [19, 0],
  float4: [8, 8],
  float8: [17, 17],
  timestamp: [29, 6],
  timestamptz: [35, 6],
  time: [15, 6],
  date: [13, 0],
  bool: [1, 0],
};

function precisionOf(type: ColumnType, modifier: number): readonly [number, number] {
  if (type.name === 'numeric' && modifier > 4) return [((modifier - 4) >> 16) & 0xffff, (modifier - 4) & 0xffff];
  if ((type.name === 'varchar' || type.name === 'bpchar') && modifier > 4) return [modifier - 4, 0];
  return precisions[type.name] ?? [2147483647, 0];
}

/** The fourteen members of ColumnMetadata; what needs the table's definition is left as the service leaves it for expressions. */
export function columnMetadata(field: RawField, type: ColumnType): Readonly<Record<string, unknown>> {
  const numeric = ['long', 'double'].includes(type.kind ?? '') || type.name === 'numeric';
  const [precision, scale] = precisionOf(type, field.dataTypeModifier);
  return {
    name: field.name,
    label: field.name,
    type: type.element === undefined ? (jdbc[type.name] ?? (type.kind === 'string' ? 12 : 1111)) : 2003,
    typeName: type.name,
    schemaName: '',
    tableName: '',
    isAutoIncrement: false,
    isSigned: numeric,
    isCurrency: type.name === 'money',
    isCaseSensitive: !numeric && type.name !== 'bool',
    nullable: field.tableID === 0 ? 2 : 1,
    precision,
    scale,
    arrayBaseColumnType: 0,
  };
}
