/** Identifiers in policy files are written and folded as in SQL. */

export type Reading =
  | { readonly ok: true; readonly parts: readonly string[] }
  | { readonly ok: false; readonly why: string };

const bare = /^[A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_$\u0080-\u{10ffff}]*/u;
const quoted = /^"((?:[^"]|"")*)"/;

/** PostgreSQL folds ASCII letters alone in UTF-8 databases. */
const fold = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Reads `a.b."C d"` to its parts; a part `*` is kept where it stands last and unquoted. */
export function readDottedName(text: string): Reading {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const part = readPart(rest, parts.length > 0);
    if (typeof part === 'string') return { ok: false, why: part };
    parts.push(part.name);
    rest = rest.slice(part.length);
    if (rest === '') return { ok: true, parts };
    if (!rest.startsWith('.') || part.star) return { ok: false, why: `unexpected "${rest.slice(0, 12)}"` };
    rest = rest.slice(1);
  }
}

/** What stands for the last part `*`: no identifier holds a NUL. */
export const star = '\u0000*';

function readPart(text: string, inner: boolean): { name: string; length: number; star: boolean } | string {
  if (inner && text.startsWith('*')) return { name: star, length: 1, star: true };
  const inQuotes = quoted.exec(text);
  const name = inQuotes ? (inQuotes[1] ?? '').replaceAll('""', '"') : fold(bare.exec(text)?.[0] ?? '');
  if (name === '')
    return text.startsWith('"')
      ? 'an empty or unclosed quoted name'
      : `"${text.slice(0, 24)}" does not begin a name; quote it as in SQL`;
  if (Buffer.byteLength(name) > 63)
    return `the name "${name.slice(0, 20)}…" is longer than the 63 bytes PostgreSQL keeps`;
  return { name, length: inQuotes ? inQuotes[0].length : name.length, star: false };
}

/** The identifier as SQL writes it: quoted only where it must be (key words apart, which need no quotes here). */
export function printIdentifier(name: string): string {
  return /^[a-z_\u0080-\u{10ffff}][a-z0-9_$\u0080-\u{10ffff}]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export const printName = (...parts: readonly string[]): string => parts.map(printIdentifier).join('.');
