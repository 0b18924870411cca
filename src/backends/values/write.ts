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

const [minus, point, zero, nine] = [45, 46, 48, 57];
const isDigit = (code: number) => code >= zero && code <= nine;

/**
 * A number as JSON has it, without an exponent. Asked of every text that goes into an answer as it is: a server that is
 * not what it says it is could send more than a number.
 */
function isPlainNumber(text: string): boolean {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  const last = text.length - 1;
  if (text.charCodeAt(start) === zero && isDigit(text.charCodeAt(start + 1))) return false;
  let points = 0;
  for (let at = start; at <= last; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) continue;
    if (code !== point || at === start || at === last || points > 0) return false;
    points += 1;
  }
  return last >= start;
}

/** Digits that a double keeps, and JavaScript would print without an exponent: only zeros at the end may go. */
const short = 15;
const tiny = /^(?:-0|0\.000000)/;
const mayBeTiny = (text: string) => text[0] === '-' || text[0] === '0';

function writeNumeric(text: string): string {
  if (text.length > short || !isPlainNumber(text) || (mayBeTiny(text) && tiny.test(text))) return exact(text);
  const at = text.indexOf('.');
  if (at < 0) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === zero) end -= 1;
  return text.slice(0, end - 1 === at ? at : end);
}

const integer = byDecoding('integer');

const writeInteger = (text: string) => (text.length <= short && isPlainNumber(text) ? text : integer(text));
const writeBigint = (text: string) => (text.length <= short && isPlainNumber(text) ? text : exact(text));

const ascii = (write: Writer['write']): Writer => ({ ascii: true, write });
const whole = ascii(writeInteger);
const moment = ascii((text) => quote(isoMoment(text)));

/** Types that are written faster than by reading them first. */
const scalars: Readonly<Record<string, Writer>> = {
  boolean: ascii((text) => (text === 't' ? 'true' : 'false')),
  smallint: whole,
  integer: whole,
  oid: whole,
  xid: whole,
  cid: whole,
  bigint: ascii(writeBigint),
  numeric: ascii(writeNumeric),
  uuid: ascii(quote),
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
