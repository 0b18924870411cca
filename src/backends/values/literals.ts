/** Takes PostgreSQL's nested literals apart: arrays, rows and ranges, with their quoting. */

/** What an array holds: an element's text, null, or an array again. */
export type ArrayItem = string | null | readonly ArrayItem[];

const malformed = () => new SyntaxError('not a literal as PostgreSQL prints it');

/** A reader over one literal. */
class Cursor {
  at = 0;
  constructor(readonly text: string) {}

  get next(): string {
    return this.text.charAt(this.at);
  }

  take(expected: string): void {
    if (this.next !== expected) throw malformed();
    this.at += 1;
  }

  /** Text up to one of `stops`, quotes and backslashes undone; `undefined` where nothing stands there. */
  element(stops: string): { readonly text: string; readonly quoted: boolean } | undefined {
    let text = '';
    let quoted = false;
    const start = this.at;
    for (;;) {
      const character = this.next;
      if (character === '') throw malformed();
      if (stops.includes(character)) break;
      if (character === '"') {
        quoted = true;
        text += this.#quotedRun();
      } else text += this.#plain();
    }
    return this.at === start ? undefined : { text, quoted };
  }

  #plain(): string {
    if (this.next === '\\') this.at += 1;
    const character = this.next;
    this.at += 1;
    return character;
  }

  /** Inside quotes a backslash escapes, and (rows and ranges only) a doubled quote stands for one. */
  #quotedRun(): string {
    let text = '';
    this.take('"');
    for (;;) {
      const stop = this.#nextSpecial();
      text += this.text.slice(this.at, stop);
      this.at = stop;
      if (this.next === '\\') text += this.#plain();
      else if (this.text.charAt(stop + 1) === '"') {
        text += '"';
        this.at += 2;
      } else break;
    }
    this.take('"');
    return text;
  }

  #nextSpecial(): number {
    for (let index = this.at; index < this.text.length; index++) {
      const character = this.text.charAt(index);
      if (character === '"' || character === '\\') return index;
    }
    throw malformed();
  }
}

function readItems(cursor: Cursor, delimiter: string): ArrayItem[] {
  const items: ArrayItem[] = [];
  cursor.take('{');
  while (cursor.next !== '}') {
    if (items.length > 0) cursor.take(delimiter);
    if (cursor.next === '{') items.push(readItems(cursor, delimiter));
    else {
      const element = cursor.element(`${delimiter}}`);
      if (element === undefined) throw malformed();
      items.push(!element.quoted && element.text.toUpperCase() === 'NULL' ? null : element.text);
    }
  }
  cursor.take('}');
  return items;
}

/** `{1,{2,NULL}}`, also with lower bounds before it (`[0:1]={1,2}`), which are dropped. */
export function readArray(text: string, delimiter: string): readonly ArrayItem[] {
  const cursor = new Cursor(text);
  if (cursor.next === '[') cursor.at = text.indexOf('=') + 1;
  return readItems(cursor, delimiter);
}

/** `(1,"a ""b""",)`: the fields of a row; nothing between commas is null. */
export function readRow(text: string): readonly (string | null)[] {
  const cursor = new Cursor(text);
  const fields: (string | null)[] = [];
  cursor.take('(');
  if (text === '()') return fields;
  for (;;) {
    fields.push(cursor.element(',)')?.text ?? null);
    if (cursor.next === ')') return fields;
    cursor.take(',');
  }
}

export interface RangeText {
  readonly lower: string | null;
  readonly upper: string | null;
  readonly bounds: string;
}

function readBounds(cursor: Cursor): RangeText {
  const open = cursor.next;
  cursor.at += 1;
  const lower = cursor.element(',')?.text ?? null;
  cursor.take(',');
  const upper = cursor.element(')]')?.text ?? null;
  const close = cursor.next;
  cursor.at += 1;
  return { lower, upper, bounds: open + close };
}

/** `[1,10)`; undefined for `empty`. */
export function readRange(text: string): RangeText | undefined {
  return text === 'empty' ? undefined : readBounds(new Cursor(text));
}

/** `{[1,2),[5,6)}`; a multirange never holds an empty range. */
export function readMultirange(text: string): readonly RangeText[] {
  const cursor = new Cursor(text);
  const ranges: RangeText[] = [];
  cursor.take('{');
  while (cursor.next !== '}') {
    if (ranges.length > 0) cursor.take(',');
    ranges.push(readBounds(cursor));
  }
  return ranges;
}
