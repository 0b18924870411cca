/** Text from outside made fit for a record: well-formed Unicode, bounded, and where asked without control characters. */

const loneSurrogate = /\p{Surrogate}/gu;
/** What nearly all of it is, and needs nothing done. */
const visibleAscii = /^[\x20-\x7e]*$/;
const controls = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** At most `max` UTF-16 units, `…` at the end where something was cut, lone surrogates as U+FFFD. */
export function bounded(text: string, max = 256): string {
  if (text.length <= max && visibleAscii.test(text)) return text;
  const cut = text.length > max ? `${text.slice(0, max - 1)}…` : text;
  return cut.replace(loneSurrogate, '\ufffd');
}

/** The same in one line of visible characters. */
export function oneLine(text: string, max: number): string {
  if (text.length <= max && visibleAscii.test(text)) return text.trim();
  return bounded(
    text
      .slice(0, max * 4)
      .replace(controls, ' ')
      .trim(),
    max,
  );
}

/** A whole number that is safe in JSON; what is not a number is 0. */
export function whole(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), Number.MAX_SAFE_INTEGER) : 0;
}
