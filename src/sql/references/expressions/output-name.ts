/** The name PostgreSQL gives an output without AS (parse_target.c: FigureColname). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf, stringOf, unwrap } from '../../tree.ts';
import { namesOf, part, textField } from '../nodes.ts';

interface Name {
  readonly name: string;
  /** 2: certain; 1: better than nothing. */
  readonly strength: 1 | 2;
}

const fixed =
  (name: string): Namer =>
  () => ({ name, strength: 2 });
type Namer = (node: Tree) => Name | undefined;

const sure = (name: string | undefined): Name | undefined => (name === undefined ? undefined : { name, strength: 2 });
const lastName = (list: unknown) =>
  listOf(list)
    .map(stringOf)
    .findLast((name) => name !== undefined);

const sqlValueNames = (operation: string) =>
  operation
    .replace(/^SVFOP_/, '')
    .replace(/_N$/, '')
    .toLowerCase();

const xmlNames: Readonly<Record<string, string>> = {
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
  IS_XMLSERIALIZE: 'xmlserialize',
};

const jsonNames: Readonly<Record<string, string>> = {
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
};

const namers: Readonly<Record<string, Namer>> = {
  ColumnRef: (node) => sure(lastName(node['fields'])),
  A_Indirection: (node) => sure(lastName(node['indirection'])) ?? find(node['arg']),
  FuncCall: (node) => sure(lastName(node['funcname'])),
  A_Expr: (node) => (node['kind'] === 'AEXPR_NULLIF' ? { name: 'nullif', strength: 2 } : undefined),
  TypeCast: (node) => {
    const inner = find(node['arg']);
    const type = namesOf(part(node, 'typeName')?.['names']).at(-1);
    return inner?.strength === 2 || type === undefined ? inner : { name: type, strength: 1 };
  },
  CollateClause: (node) => find(node['arg']),
  GroupingFunc: fixed('grouping'),
  MergeSupportFunc: fixed('merge_action'),
  SubLink: nameOfSubLink,
  CaseExpr: (node) => {
    const inner = find(node['defresult']);
    return inner?.strength === 2 ? inner : { name: 'case', strength: 1 };
  },
  A_ArrayExpr: fixed('array'),
  RowExpr: fixed('row'),
  CoalesceExpr: fixed('coalesce'),
  MinMaxExpr: (node) => sure(node['op'] === 'IS_LEAST' ? 'least' : 'greatest'),
  SQLValueFunction: (node) => sure(sqlValueNames(textField(node, 'op') ?? '')),
  XmlExpr: (node) => sure(xmlNames[textField(node, 'op') ?? '']),
  XmlSerialize: fixed('xmlserialize'),
  JsonParseExpr: fixed('json'),
  JsonScalarExpr: fixed('json_scalar'),
  JsonSerializeExpr: fixed('json_serialize'),
  JsonObjectConstructor: fixed('json_object'),
  JsonArrayConstructor: fixed('json_array'),
  JsonArrayQueryConstructor: fixed('json_array'),
  JsonObjectAgg: fixed('json_objectagg'),
  JsonArrayAgg: fixed('json_arrayagg'),
  JsonFuncExpr: (node) => sure(jsonNames[textField(node, 'op') ?? '']),
};

function find(node: unknown): Name | undefined {
  const { kind, fields } = unwrap(node) ?? { kind: '', fields: {} };
  return Object.hasOwn(namers, kind) ? namers[kind]?.(fields) : undefined;
}

/** A scalar sub-select is named by its first output. */
function nameOfSubLink(node: Tree): Name | undefined {
  switch (node['subLinkType']) {
    case 'EXISTS_SUBLINK':
      return { name: 'exists', strength: 2 };
    case 'ARRAY_SUBLINK':
      return { name: 'array', strength: 2 };
    case 'EXPR_SUBLINK': {
      const name = nameOfFirstOutput(fieldsOf(node['subselect'], 'SelectStmt'));
      return name === undefined ? undefined : { name, strength: 2 };
    }
    default:
      return undefined;
  }
}

function nameOfFirstOutput(select: Tree | undefined): string | undefined {
  if (select === undefined) return undefined;
  if (listOf(select['valuesLists']).length > 0) return 'column1';
  if (part(select, 'larg') !== undefined) return nameOfFirstOutput(part(select, 'larg'));
  const target = fieldsOf(listOf(select['targetList'])[0], 'ResTarget');
  return target && (textField(target, 'name') ?? nameOfExpression(target['val']));
}

export function nameOfExpression(node: unknown): string {
  return find(node)?.name ?? '?column?';
}
