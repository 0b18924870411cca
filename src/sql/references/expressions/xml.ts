/** XMLELEMENT, XMLFOREST, XMLPARSE and the rest of SQL/XML that is syntax. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { locationOf, part } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { readTypeName } from '../types/type-names.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readExpression, readExpressions } from './expression.ts';

export function readXml(scope: Scope, node: Tree): Value {
  for (const item of listOf(node['named_args'])) readExpression(scope, fieldsOf(item, 'ResTarget')?.['val'] ?? item);
  for (const value of readExpressions(scope, node['args']))
    if (value.type === oid.unknown) coerce(scope.reading, value, oid.text, 'implicit');
  return { type: node['op'] === 'IS_DOCUMENT' ? oid.bool : oid.xml, location: locationOf(node) };
}

export function readXmlSerialize(scope: Scope, node: Tree): Value {
  coerce(scope.reading, readExpression(scope, node['expr']), oid.xml, 'implicit');
  const typeName = part(node, 'typeName');
  const type = typeName === undefined ? oid.text : readTypeName(scope.reading, typeName);
  return { type, location: locationOf(node) };
}
