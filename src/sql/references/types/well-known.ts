/** OIDs of the types the grammar itself speaks of (catalog/pg_type.dat); they are the same on every server. */

export const oid = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int2vector: 22,
  int4: 23,
  text: 25,
  oid: 26,
  tid: 27,
  xid: 28,
  cid: 29,
  oidvector: 30,
  json: 114,
  xml: 142,
  float4: 700,
  float8: 701,
  unknown: 705,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  bit: 1560,
  varbit: 1562,
  numeric: 1700,
  record: 2249,
  cstring: 2275,
  any: 2276,
  anyarray: 2277,
  void: 2278,
  anyelement: 2283,
  recordArray: 2287,
  anynonarray: 2776,
  anyenum: 3500,
  jsonb: 3802,
  anyrange: 3831,
  jsonpath: 4072,
  anymultirange: 4537,
  anycompatiblemultirange: 4538,
  anycompatible: 5077,
  anycompatiblearray: 5078,
  anycompatiblenonarray: 5079,
  anycompatiblerange: 5080,
} as const;

const polymorphic: ReadonlySet<number> = new Set([
  oid.anyelement,
  oid.anyarray,
  oid.anynonarray,
  oid.anyenum,
  oid.anyrange,
  oid.anymultirange,
  oid.anycompatible,
  oid.anycompatiblearray,
  oid.anycompatiblenonarray,
  oid.anycompatiblerange,
  oid.anycompatiblemultirange,
]);

/** `IsPolymorphicType`. */
export function isPolymorphic(type: number): boolean {
  return polymorphic.has(type);
}

/** Types whose values print or are read as names of database objects: making one looks into a catalog. */
export const nameTypes: ReadonlySet<string> = new Set([
  'regproc',
  'regprocedure',
  'regoper',
  'regoperator',
  'regclass',
  'regtype',
  'regnamespace',
  'regrole',
  'regcollation',
  'regdatabase',
]);
