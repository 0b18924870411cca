/** `:name` markers (as of the RDS Data API) become `$n`, by PostgreSQL's own lexer; the rewritten text is what is parsed and sent. */

import { Refusal } from '../model/errors.ts';
import type { BindParameters } from '../model/request.ts';
import { scan, type Token } from './parser.ts';
import { createPositions } from './positions.ts';
import type { Rewriting } from './rewriting.ts';

export interface NumberedText extends Rewriting {
  /** The values in the order of `$1, $2 …`. */
  readonly parameters: BindParameters;
}

/**
 * Rewrites every marker outside literals and comments. A colon that could also belong to an array slice or to a JSON
 * constructor is refused, never guessed; so are `$n` beside names, and names without a value, or values without a name in the text.
 */
export async function numberParameters(sql: string, parameters: BindParameters): Promise<NumberedText> {
  const positionOf = createPositions(sql);
  const tokens = (await scan(sql)).filter((token) => token.kind !== 'comment');
  const markers = findMarkers(tokens, (token) => positionOf(token.start) ?? 1);
  const names = [...new Set(markers.map((marker) => marker.name))];
  const values = names.map((name) => bindingOf(name, parameters, markers, positionOf));
  const unused = parameters.values.find(({ name }) => name === undefined || !names.includes(name));
  if (unused !== undefined)
    throw invalid(unused.name === undefined ? 'A value has no name.' : `No :${unused.name} stands in the statement.`);
  return { ...splice(sql, markers, names, positionOf), parameters: { style: 'positional', values } };
}

interface Marker {
  readonly name: string;
  /** Byte offsets of the colon and of the end of the name. */
  readonly start: number;
  readonly end: number;
}

function bindingOf(
  name: string,
  parameters: BindParameters,
  markers: readonly Marker[],
  positionOf: (offset: number) => number | undefined,
) {
  const matches = parameters.values.filter((value) => value.name === name);
  const [value] = matches;
  if (value !== undefined && matches.length === 1) return value;
  const position = positionOf(markers.find((marker) => marker.name === name)?.start ?? 0) ?? 1;
  throw invalid(
    value === undefined
      ? `The statement asks for :${name}, and no value has that name.`
      : `:${name} has more than one value.`,
    position,
  );
}

/** What encloses a token: a subscript and a JSON constructor have colons of their own. */
type Enclosure = 'subscript' | 'json' | 'other';

function findMarkers(tokens: readonly Token[], positionOf: (token: Token) => number): Marker[] {
  const markers: Marker[] = [];
  const enclosures: Enclosure[] = [];
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    const after = tokens[index + 1];
    if (token.text === '(' || token.text === '[') enclosures.push(enclosureOf(token, before, enclosures.at(-1)));
    else if (token.text === ')' || token.text === ']') enclosures.pop();
    else if (token.kind === 'parameter')
      throw invalid(`${token.text} stands beside named parameters.`, positionOf(token));
    else if (token.text === ':' && after !== undefined && isName(after) && after.start === token.end) {
      if (enclosures.at(-1) === 'subscript' || endsOperand(before, enclosures.at(-1)))
        throw ambiguous(after, positionOf(token));
      markers.push({ name: after.text, start: token.start, end: after.end });
    }
  });
  return markers;
}

function enclosureOf(token: Token, before: Token | undefined, outer: Enclosure | undefined): Enclosure {
  if (token.text === '(') return before !== undefined && /^json_object(agg)?$/i.test(before.text) ? 'json' : 'other';
  const isArray = before?.text === 'array' || (outer === 'other' && (before?.text === '[' || before?.text === ','));
  return isArray ? 'other' : 'subscript';
}

function isName(token: Token): boolean {
  return (token.kind === 'identifier' || token.kind === 'keyword') && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(token.text);
}

/** Whether an operand may end just before the colon, so that the colon could belong to something else than a marker. */
function endsOperand(before: Token | undefined, enclosure: Enclosure | undefined): boolean {
  if (before === undefined) return false;
  if (before.kind === 'keyword')
    return enclosure === 'json' && before.keyword !== 'reserved' && before.text !== 'value';
  if (before.kind === 'punctuation') return before.text === ')' || before.text === ']';
  return before.kind !== 'operator';
}

function splice(
  sql: string,
  markers: readonly Marker[],
  names: readonly string[],
  positionOf: (offset: number) => number | undefined,
): Rewriting {
  const bytes = Buffer.from(sql, 'utf8');
  const edits: { readonly from: number; readonly shift: number }[] = [];
  let text = '';
  let copied = 0;
  let shift = 0;
  for (const marker of markers) {
    const number = `$${names.indexOf(marker.name) + 1}`;
    text += bytes.toString('utf8', copied, marker.start) + number;
    copied = marker.end;
    const end = positionOf(marker.end) ?? 1;
    shift += number.length - (end - (positionOf(marker.start) ?? 1));
    edits.push({ from: end + shift, shift });
  }
  text += bytes.toString('utf8', copied);
  return { sql: text, toCaller: (position) => position - (edits.findLast(({ from }) => from <= position)?.shift ?? 0) };
}

function ambiguous(name: Token, position: number): Refusal {
  return new Refusal(
    'REQUEST_INVALID',
    `:${name.text} could be a parameter or part of a slice or of a JSON constructor.`,
    {
      position,
      hint: 'Put the parameter in parentheses, a slice bound apart from its colon, and write VALUE instead of a colon in JSON_OBJECT.',
    },
  );
}

function invalid(message: string, position?: number): Refusal {
  return new Refusal('REQUEST_INVALID', message, {
    ...(position === undefined ? {} : { position }),
    hint: 'Name every value once, as the statement names it, and use either names or $1, $2 …, not both.',
  });
}
