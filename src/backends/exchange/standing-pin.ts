/** The pin of a session that was opened with the settings of the pin: the server compares where it would set, and looks at the witnesses in the same statement. */

import type { Witness } from '../../sql/access.ts';
import {
  expectedWitnesses,
  shapeOf,
  type WitnessShape,
  witnessQuestion,
  witnessSql,
} from '../../sql/references/witness.ts';
import type { Step } from '../protocol/encode.ts';
import type { Channel } from './channel.ts';
import { constantSettings, type Pin, searchPathSetting } from './pin.ts';
import { preparedAs } from './prepared.ts';

/** Settings that differ from call to call, in the order of the parameters. */
const perCall = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'pgwarden.principal',
  'pgwarden.roles',
  'application_name',
] as const;

const searchPathMarker = `$${perCall.length + 1}`;
const questionMarker = `$${perCall.length + 2}`;
const answerMarker = `$${perCall.length + 3}`;

/** SQLSTATE by which the server says that the session lost a setting: undefined_object. */
export const notStandingState = '42704';

/** Each compared by the server in the transaction of the call. CASE tries them before anything is looked up by name. */
const stands = [
  ...constantSettings.map(([name, value]) => [name, `'${value}'`] as const),
  ['search_path', searchPathMarker] as const,
]
  .map(([name, value]) => `pg_catalog.current_setting('${name}') OPERATOR(pg_catalog.=) ${value}`)
  .join(' AND ');

/** Divides by zero when a witness has changed, as the witness step of other sessions does. */
const holds = (shape: WitnessShape) =>
  shape === 'none'
    ? '1'
    : `1 / CASE WHEN ${witnessSql(questionMarker, shape)} OPERATOR(pg_catalog.=) ${answerMarker} THEN 1 ELSE 0 END`;

/** A setting that does not exist: asking for it is an error, so that the statement does not run. */
const complain = "pg_catalog.current_setting('pgwarden.settings_do_not_stand')::pg_catalog.int4";

/** The first column says whether the transaction is read-only. */
const textFor = (shape: WitnessShape) =>
  `SELECT ${[
    "pg_catalog.current_setting('transaction_read_only')",
    ...perCall.map((name, index) => `pg_catalog.set_config('${name}', $${index + 1}, true)`),
    `CASE WHEN ${stands} THEN ${holds(shape)} ELSE ${complain} END`,
  ].join(', ')}`;

const textType = 25;

const texts: Readonly<Record<WitnessShape, { readonly text: string; readonly types: readonly number[] }>> = {
  none: { text: textFor('none'), types: Array.from({ length: perCall.length + 1 }, () => textType) },
  table: withQuestion('table'),
  tables: withQuestion('tables'),
  any: withQuestion('any'),
};

function withQuestion(shape: Exclude<WitnessShape, 'none'>) {
  return { text: textFor(shape), types: Array.from({ length: perCall.length + 3 }, () => textType) };
}

interface Question {
  readonly shape: WitnessShape;
  /** The parameters behind those of the call. */
  readonly values: readonly (string | null)[];
}

/** Readings of texts that come again are the same objects, and never change. */
const questions = new WeakMap<readonly Witness[], Question>();
const searchPaths = new WeakMap<readonly string[], string>();

function questionOf(witnesses: readonly Witness[]): Question {
  const known = questions.get(witnesses);
  if (known !== undefined) return known;
  const shape = shapeOf(witnesses);
  const values = shape === 'none' ? [] : [witnessQuestion(witnesses, shape), expectedWitnesses(witnesses)];
  const made = { shape, values };
  questions.set(witnesses, made);
  return made;
}

function searchPathOf({ searchPath }: Pin['database']): string {
  const known = searchPaths.get(searchPath) ?? searchPathSetting(searchPath);
  searchPaths.set(searchPath, known);
  return known;
}

/** The step that pins a transaction and compares `witnesses`; undefined for a session that does not keep it. */
export function standingStep(
  { database, call, statementTimeout }: Pin,
  witnesses: readonly Witness[],
  session: Channel,
): Step | undefined {
  const { shape, values } = questionOf(witnesses);
  const prepared = preparedAs(session, shape);
  if (prepared === undefined) return undefined;
  return {
    ...texts[shape],
    values: [
      String(statementTimeout),
      String(database.limits.lockTimeout),
      String(statementTimeout + 10_000), // a broker that vanished mid-call must not hold a snapshot for long
      call.principal.id,
      call.principal.roles.join(','),
      call.id,
      searchPathOf(database),
      ...values,
    ],
    maxRows: 0,
    prepared,
  };
}
