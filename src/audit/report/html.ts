/** HTML as values: text is escaped unless it was made here, so nothing a caller wrote can become markup. */

/** Markup made by `html`, and by nothing else. */
export class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

type Part = string | number | Markup | readonly Part[] | undefined;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

export function escapeText(text: string): string {
  return text.replace(invisible, '\ufffd').replace(/[&<>"']/g, (character) => escapes[character] ?? '');
}

/** A template whose holes are escaped, unless they hold markup. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, i) => text + (i < parts.length ? textOf(parts[i]) : '')).join(''));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return part.toLocaleString('en-US');
  return part.map(textOf).join('');
}
