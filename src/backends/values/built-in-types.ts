/** The types every PostgreSQL brings, by OID: what needs no look-up (a test compares this with a server). */

import type { Type } from './type.ts';

/** `oid name`, or `oid name|internal name` where SQL spells it otherwise. */
const scalars = `
16 boolean|bool, 17 bytea, 18 "char"|char, 19 name, 20 bigint|int8, 21 smallint|int2, 22 int2vector, 23 integer|int4
24 regproc, 25 text, 26 oid, 27 tid, 28 xid, 29 cid, 30 oidvector, 114 json, 142 xml, 194 pg_node_tree, 600 point, 601 lseg
602 path, 603 box, 604 polygon, 628 line, 650 cidr, 700 real|float4, 701 double precision|float8, 705 unknown
718 circle, 774 macaddr8, 790 money, 829 macaddr, 869 inet, 1033 aclitem, 1042 character|bpchar
1043 character varying|varchar, 1082 date, 1083 time without time zone|time
1114 timestamp without time zone|timestamp, 1184 timestamp with time zone|timestamptz, 1186 interval
1266 time with time zone|timetz, 1560 bit, 1562 bit varying|varbit, 1700 numeric, 1790 refcursor
2202 regprocedure, 2203 regoper, 2204 regoperator, 2205 regclass, 2206 regtype, 2249 record, 2275 cstring
2277 anyarray, 2278 void, 2950 uuid, 2970 txid_snapshot, 3220 pg_lsn, 3361 pg_ndistinct, 3402 pg_dependencies
3614 tsvector, 3615 tsquery, 3642 gtsvector, 3734 regconfig, 3769 regdictionary, 3802 jsonb, 4072 jsonpath
4089 regnamespace, 4096 regrole, 4191 regcollation, 4600 pg_brin_bloom_summary
4601 pg_brin_minmax_multi_summary, 5017 pg_mcv_list, 5038 pg_snapshot, 5069 xid8
`;

/** `oid of the array:oid of its element`. */
const arrays = `
143:142, 199:114, 271:5069, 629:628, 651:650, 719:718, 775:774, 791:790, 1000:16, 1001:17
1002:18, 1003:19, 1005:21, 1006:22, 1007:23, 1008:24, 1009:25, 1010:27, 1011:28, 1012:29, 1013:30, 1014:1042
1015:1043, 1016:20, 1017:600, 1018:601, 1019:602, 1020:603, 1021:700, 1022:701, 1027:604, 1028:26, 1034:1033
1040:829, 1041:869, 1115:1114, 1182:1082, 1183:1083, 1185:1184, 1187:1186, 1231:1700, 1263:2275, 1270:1266
1561:1560, 1563:1562, 2201:1790, 2207:2202, 2208:2203, 2209:2204, 2210:2205, 2211:2206, 2287:2249, 2949:2970
2951:2950, 3221:3220, 3643:3614, 3644:3642, 3645:3615, 3735:3734, 3770:3769, 3807:3802, 3905:3904, 3907:3906
3909:3908, 3911:3910, 3913:3912, 3927:3926, 4073:4072, 4090:4089, 4097:4096, 4192:4191, 5039:5038, 6150:4451
6151:4532, 6152:4533, 6153:4534, 6155:4535, 6157:4536
`;

/** `oid name:oid of what it is a range of, or of the range a multirange holds`. */
const ranges = `
3904 int4range:23, 3906 numrange:1700, 3908 tsrange:1114, 3910 tstzrange:1184, 3912 daterange:1082
3926 int8range:20
`;
const multiranges = `
4451 int4multirange:3904, 4532 nummultirange:3906, 4533 tsmultirange:3908, 4534 tstzmultirange:3910
4535 datemultirange:3912, 4536 int8multirange:3926
`;

const boxOid = 603;
const entries = (list: string) => list.split(/, |\n/).filter((entry) => entry !== '');

function readTables(): ReadonlyMap<number, Type> {
  const types = new Map<number, Type>();
  const known = (oid: string): Type => types.get(Number(oid)) ?? { kind: 'opaque', name: 'unknown' };
  for (const entry of entries(scalars)) {
    const [, oid = '', name = ''] = /^(\d+) ([^|]+)/.exec(entry) ?? [];
    types.set(Number(oid), { kind: 'scalar', name });
  }
  for (const entry of entries(ranges)) {
    const [, oid = '', name = '', subtype = ''] = /^(\d+) (\w+):(\d+)$/.exec(entry) ?? [];
    types.set(Number(oid), { kind: 'range', name, subtype: known(subtype) });
  }
  for (const entry of entries(multiranges)) {
    const [, oid = '', name = '', range = ''] = /^(\d+) (\w+):(\d+)$/.exec(entry) ?? [];
    types.set(Number(oid), { kind: 'multirange', name, range: known(range) });
  }
  for (const entry of entries(arrays)) {
    const [array = '', element = ''] = entry.split(':');
    const type = known(element);
    // Of all built-in types only box separates the elements of an array by a semicolon.
    const delimiter = Number(element) === boxOid ? ';' : ',';
    types.set(Number(array), { kind: 'array', name: `${type.name}[]`, element: type, delimiter });
  }
  return types;
}

export const builtInTypes: ReadonlyMap<number, Type> = readTables();

function readNames(): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const [oid, type] of builtInTypes) names.set(type.name, oid);
  for (const entry of entries(scalars)) {
    const [, oid = '', internal] = /^(\d+) [^|]+(?:\|(.+))?$/.exec(entry) ?? [];
    if (internal !== undefined && !names.has(internal)) names.set(internal, Number(oid));
  }
  return names.set('int', 23).set('decimal', 1700).set('varchar', 1043);
}

const byName = readNames();

/** OID of a built-in type as a caller may spell it (`int4`, `INTEGER`, `uuid[]`), or undefined. */
export function typeOidByName(name: string): number | undefined {
  const spelled = name.trim().toLowerCase();
  return byName.get(spelled);
}
