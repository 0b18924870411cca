/** Numbers that stay what they are: a JSON number where a reader gets the same number back, else the digits as a string. */

/** Sign, digits without zeros at either end, and the power of ten of the first digit: equal for equal decimals. */
function canonical(decimal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(decimal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const leadingZeros = whole.length + fraction.length - digits.length;
  const power = Number(exponent) + whole.length - leadingZeros;
  return `${sign}${digits.replace(/0+$/, '')}e${power}`;
}

/**
 * `text` is a decimal as PostgreSQL or JSON prints it, or NaN, Infinity, -Infinity. Up to 15 significant digits always
 * survive a double; beyond that, integers must be safe integers and decimals must print back as the same decimal.
 */
export function exactNumber(text: string): number | string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  if (text.length <= 15 && !/e/i.test(text)) return number;
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) return text;
  return canonical(String(number)) === canonical(text) ? number : text;
}

/** A float as PostgreSQL prints it shortest; NaN and the infinities are no JSON numbers and stay text. */
export function float(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
