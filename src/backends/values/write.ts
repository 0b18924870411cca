/** Writes the text of a value as JSON, by its type: the same value that `decode.ts` reads, without making it in between. */

import { isoMoment } from './dates.ts';
import { type Decoder, decoderFor } from './decode.ts';
import type { Type } from './type.ts';

/** Writes one non-null value. `ascii`: text of this type holds nothing else. */
export interface Writer {
  readonly ascii: boolean;
  readonly write: (text: string) => string;
}

const plain = /^[ !#-[\]-~]*$/;
const control = /[\0-\x1f]/;

/** Text within JSON, without control characters, as it stands within a JSON string. */
export const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** A JSON string. `JSON.stringify` takes four times as long for a long text, and is right for any. */
function quote(text: string): string {
  if (text.length < 64 && plain.test(text)) return `"${text}"`;
  return control.test(text) ? JSON.stringify(text) : `"${escaped(text)}"`;
}

/** Writes what `decode` reads. */
export const writing = (decode: Decoder): Writer => ({ ascii: false, write: (text) => JSON.stringify(decode(text)) });

const byDecoding = (name: string): Writer['write'] => {
  const decode = decoderFor({ kind: 'scalar', name });
  return (text) => JSON.stringify(decode(text));
};

const exact = byDecoding('numeric');

/** Digits that a double keeps, and JavaScript would print without an exponent: only zeros at the end may go. */
const short = 15;
const tiny = /^-?0\.000000|^-0/;

function writeNumeric(text: string): string {
  if (text.length > short || tiny.test(text)) return exact(text);
  const point = text.indexOf('.');
  if (point < 0) return text.charCodeAt(text.length - 1) > 57 ? exact(text) : text; // NaN, Infinity
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  return text.slice(0, end - 1 === point ? point : end);
}

const writeBigint = (text: string) => (text.length <= short ? text : exact(text));

const ascii = (write: Writer['write']): Writer => ({ ascii: true, write });
const asItIs = ascii((text) => text);
const moment = ascii((text) => `"${isoMoment(text)}"`);

/** Types that are written faster than by reading them first. */
const scalars: Readonly<Record<string, Writer>> = {
  boolean: ascii((text) => (text === 't' ? 'true' : 'false')),
  smallint: asItIs,
  integer: asItIs,
  oid: asItIs,
  xid: asItIs,
  cid: asItIs,
  bigint: ascii(writeBigint),
  numeric: ascii(writeNumeric),
  uuid: ascii((text) => `"${text}"`),
  date: moment,
  'timestamp without time zone': moment,
  'timestamp with time zone': moment,
  text: { ascii: false, write: quote },
  'character varying': { ascii: false, write: quote },
  character: { ascii: false, write: quote },
  name: { ascii: false, write: quote },
};

const built = new WeakMap<Type, Writer>();

export function writerFor(type: Type): Writer {
  const known = built.get(type);
  if (known !== undefined) return known;
  const writer = (type.kind === 'scalar' ? scalars[type.name] : undefined) ?? writing(decoderFor(type));
  built.set(type, writer);
  return writer;
}
