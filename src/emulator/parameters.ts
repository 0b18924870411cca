/** Parameters of a request as PostgreSQL takes them: a declared type and a value (README, E8). */

import { serviceError } from './service-error.ts';

export interface SqlParameter {
  readonly name?: string;
  readonly value?: Readonly<Record<string, unknown>>;
  readonly typeHint?: string;
}

export interface Bound {
  readonly oid: number;
  readonly value: string | Buffer | null;
}

const hints: Readonly<Record<string, number>> = {
  DATE: 1082,
  TIME: 1083,
  TIMESTAMP: 1114,
  DECIMAL: 1700,
  UUID: 2950,
  JSON: 3802,
};

function bind(name: string, parameter: SqlParameter): Bound {
  const value = parameter.value ?? {};
  const hinted = parameter.typeHint === undefined ? undefined : hints[parameter.typeHint];
  if ('arrayValue' in value) throw serviceError('ValidationException', 'Array parameters are not supported');
  if (value['isNull'] === true) return { oid: hinted ?? 0, value: null };
  if ('stringValue' in value) return { oid: hinted ?? 25, value: String(value['stringValue']) };
  if ('longValue' in value) return { oid: 20, value: String(value['longValue']) };
  if ('doubleValue' in value) return { oid: 701, value: String(value['doubleValue']) };
  if ('booleanValue' in value) return { oid: 16, value: value['booleanValue'] === true ? 'true' : 'false' };
  if ('blobValue' in value) return { oid: 17, value: Buffer.from(String(value['blobValue']), 'base64') };
  throw serviceError('ValidationException', `Parameter "${name}" has value with no field set`);
}

/**
 * One bound value per occurrence. A placeholder without a parameter stays unbound, and PostgreSQL answers 08P01 as it
 * does behind the service.
 */
export function bindParameters(names: readonly string[], given: readonly SqlParameter[]): readonly Bound[] {
  const byName = new Map(given.map((parameter) => [parameter.name ?? '', parameter]));
  const bound: Bound[] = [];
  for (const name of names) {
    const parameter = byName.get(name);
    if (parameter === undefined) break;
    bound.push(bind(name, parameter));
  }
  return bound;
}
