/** The name of a relation as people write it: `t`, `s.t`, quoted or not, read as PostgreSQL reads an identifier. */

export interface RelationName {
  readonly schema: string | undefined;
  readonly name: string;
}

const identifier = String.raw`(?:"((?:[^"\u0000]|"")+)"|([A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*))`;
const written = new RegExp(String.raw`^\s*(?:${identifier}\s*\.\s*)?${identifier}\s*$`, 'u');

/** Undefined when the text is no such name. Unquoted letters A to Z become small, others stay, as in PostgreSQL. */
export function parseRelationName(text: string): RelationName | undefined {
  const [, quotedSchema, schema, quotedName, name] = written.exec(text) ?? [];
  const last = read(quotedName, name);
  return last === undefined ? undefined : { schema: read(quotedSchema, schema), name: last };
}

function read(quoted: string | undefined, plain: string | undefined): string | undefined {
  if (quoted !== undefined) return quoted.replaceAll('""', '"');
  return plain?.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
