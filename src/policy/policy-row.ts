/** One line of a policy file, split to fields: commas inside a quoted name or an argument list do not divide. */

export type RowReading =
  | { readonly ok: true; readonly fields: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Fields are trimmed. Quotes are SQL's own, so they stay; a row ends where its line ends. */
export function splitRow(line: string): RowReading {
  const fields: string[] = [];
  let field = '';
  let depth = 0;
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    if (!quoted && character === '(') depth++;
    if (!quoted && character === ')') depth--;
    if (character === ',' && !quoted && depth === 0) {
      fields.push(field.trim());
      field = '';
    } else field += character;
  }
  fields.push(field.trim());
  if (quoted) return { ok: false, why: 'a quoted name is not closed' };
  if (depth !== 0) return { ok: false, why: 'brackets do not match' };
  return { ok: true, fields };
}
