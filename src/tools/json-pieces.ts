/** JSON in pieces, in order: so that a large text that is sent twice, once as it is and once quoted, is held once. */

export interface JsonPiece {
  readonly text: string;
  /** The text stands in a JSON string, quotes around it. */
  readonly quoted: boolean;
}

/** Characters that the pieces hold. */
export function lengthOf(pieces: readonly JsonPiece[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}

export function joined(pieces: readonly JsonPiece[]): string {
  return pieces.map(({ text, quoted }) => (quoted ? JSON.stringify(text) : text)).join('');
}

/** The bytes, made as they are asked for, from about `size` characters at a time. */
export function* slicesOf(pieces: readonly JsonPiece[], size: number): Generator<Buffer, void> {
  for (const { text, quoted } of pieces) {
    if (quoted) yield Buffer.from('"');
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = wholeCharacters(text, start + size);
      const slice = text.slice(start, end);
      yield Buffer.from(quoted ? JSON.stringify(slice).slice(1, -1) : slice);
    }
    if (quoted) yield Buffer.from('"');
  }
}

/** The place, or one after it where it would part a surrogate pair. */
function wholeCharacters(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code < 0xdc00 ? end + 1 : end;
}
