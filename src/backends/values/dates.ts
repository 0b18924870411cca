/** Dates and times in ISO 8601, from the text PostgreSQL prints under DateStyle ISO and time zone UTC. */

/** PostgreSQL says `0044-03-15 BC` and `12345-01-01`; ISO 8601 counts a year 0 and writes other than four digits with a sign. */
function isoYear(year: string, beforeChrist: boolean): string {
  const astronomical = beforeChrist ? 1 - Number(year) : Number(year);
  if (astronomical >= 0 && astronomical <= 9999) return String(astronomical).padStart(4, '0');
  return `${astronomical < 0 ? '-' : '+'}${String(Math.abs(astronomical)).padStart(6, '0')}`;
}

/** `+00` → `Z`, `+05` → `+05:00`; offsets with minutes are ISO already. */
function isoOffset(offset: string): string {
  if (offset === '+00' || offset === '-00') return 'Z';
  return offset.length === 3 ? `${offset}:00` : offset;
}

const moment = /^(\d{4,})-(\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)([+-][\d:]+)?)?( BC)?$/;

/** `2026-01-31 10:20:30.5+00`: a moment of a year of four digits, as all are printed under UTC. */
const isUsual = (text: string) => text.endsWith('+00') && text[4] === '-' && text[10] === ' ';

/** A date, timestamp or timestamptz; `infinity` and `-infinity` stay as they are. */
export function isoMoment(text: string): string {
  if (isUsual(text)) return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`;
  const [whole, year = '', day = '', time, offset, era] = moment.exec(text) ?? [];
  if (whole === undefined) return text;
  const date = `${isoYear(year, era !== undefined)}-${day}`;
  if (time === undefined) return date;
  return `${date}T${time}${offset === undefined ? '' : isoOffset(offset)}`;
}

/** A timetz, which keeps the offset it was stored with. */
export function isoTimeWithZone(text: string): string {
  const sign = Math.max(text.indexOf('+'), text.indexOf('-'));
  return sign < 0 ? text : text.slice(0, sign) + isoOffset(text.slice(sign));
}
