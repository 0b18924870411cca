/** JSON documents whose numbers survive: what a double would change becomes a string of the same digits. */

import type { Json } from '../../model/result.ts';
import { exactNumber } from './numbers.ts';

const mayBeInexact = /[\d.]{16}|\d[eE]/;
const stringOrNumber = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const keepExact = (token: string) =>
  token.startsWith('"') || typeof exactNumber(token) === 'number' ? token : `"${token}"`;

/** Reads the text of a json or jsonb value; text that JavaScript cannot read stays text. */
export function readJson(text: string): Json {
  const safe = mayBeInexact.test(text) ? text.replace(stringOrNumber, keepExact) : text;
  try {
    const value: Json = JSON.parse(safe);
    return value;
  } catch {
    return text;
  }
}
