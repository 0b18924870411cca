/** What goes over the wire for one authorised statement: the transaction around it, and how its end must look. */

import type { AuthorizedContents } from '../../audit/audit-log.ts';
import { Failure } from '../../model/errors.ts';
import type { Witness } from '../../sql/access.ts';
import type { StatementContents } from '../../sql/statement.ts';
import { encodeSteps, type Step } from '../protocol/encode.ts';
import { typeOidByName } from '../values/built-in-types.ts';
import type { Channel } from './channel.ts';
import { hypotheticalStep } from './hypothetical.ts';
import { pinStep } from './pin.ts';
import { standingStep } from './standing-pin.ts';
import { witnessStep } from './witness.ts';

/** The steps of one transaction, in order; the caller's statement is the last, but for a write's question for its number. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Read-only transactions are always rolled back; the others wait for a COMMIT of their own. */
  readonly readOnly: boolean;
  /** The transaction stays open: rows of the statement's portal are fetched later. */
  readonly held?: true;
  /** Index of the step that compares the witnesses, or -1. */
  readonly witness: number;
  /** Index of the step that makes a hypothetical index, or -1. */
  readonly hypothetical: number;
  /** Index of the statement. */
  readonly statement: number;
  /** Index of the step that asks for the transaction's number, or -1. */
  readonly xid: number;
}

const fixedStep = (text: string): Step => ({ text, types: [], values: [], maxRows: 0 });
const beginReadOnly = fixedStep('BEGIN READ ONLY');
const beginReadWrite = fixedStep('BEGIN READ WRITE');

/** NULL where the statement changed nothing that a COMMIT would keep: no number is drawn then. */
export const xidText = 'SELECT pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text';
const askXid = fixedStep(xidText);

/** Both walls must be open for a write: what the call may do at most, and what the database is. */
export function mustBeReadOnly(
  { request, database }: AuthorizedContents,
  statement: Readonly<StatementContents>,
): boolean {
  return database.readonly || request.intent !== 'write' || statement.class === 'read';
}

function typeOf(name: string | undefined): number {
  if (name === undefined) return 0;
  const oid = typeOidByName(name);
  if (oid !== undefined) return oid;
  throw new Failure('REQUEST_INVALID', `The type of a parameter is not a built-in type of PostgreSQL: ${name}.`);
}

function statementStep(
  query: AuthorizedContents,
  { sql, parameters, parameterCount }: Readonly<StatementContents>,
): Step {
  const { values } = parameters;
  if (values.length !== parameterCount)
    throw new Failure(
      'REQUEST_INVALID',
      `The statement asks for ${parameterCount} parameters, ${values.length} were given.`,
    );
  return {
    text: sql,
    types: values.map((value) => typeOf(value.type)),
    values: values.map((value) => value.value),
    maxRows: query.decision.obligations.limits.maxRows + 1,
    describe: true,
  };
}

interface Opening {
  readonly steps: readonly Step[];
  readonly witness: number;
}

/**
 * BEGIN, the pin and the witnesses: how every transaction for a call starts. A session that showed that it holds the
 * pin's settings by itself takes pin and witnesses in one step, which it keeps parsed.
 */
export function openingOf(
  { database, request, decision }: AuthorizedContents,
  readOnly: boolean,
  witnesses: readonly Witness[],
  session: Channel,
): Opening {
  const begin = readOnly ? beginReadOnly : beginReadWrite;
  const pin = { database, call: request.call, statementTimeout: decision.obligations.limits.statementTimeout };
  const standing = standingStep(pin, witnesses, session);
  if (standing !== undefined) return { steps: [begin, standing], witness: witnesses.length === 0 ? -1 : 1 };
  const witness = witnessStep(witnesses);
  const steps = [begin, pinStep(pin)];
  return witness === undefined ? { steps, witness: -1 } : { steps: [...steps, witness], witness: 2 };
}

export function planOf(query: AuthorizedContents, statement: Readonly<StatementContents>, session: Channel): Plan {
  const readOnly = mustBeReadOnly(query, statement);
  const { steps: opening, witness } = openingOf(query, readOnly, query.access.witnesses, session);
  const made = hypotheticalStep(query);
  const before = made === undefined ? opening : [...opening, made];
  return {
    steps: [...before, statementStep(query, statement), ...(readOnly ? [] : [askXid])],
    readOnly,
    witness,
    hypothetical: made === undefined ? -1 : opening.length,
    statement: before.length,
    xid: readOnly ? -1 : before.length + 1,
  };
}

/** The bytes of a plan: every step under one Sync; for a read-only one the ROLLBACK follows in the same write. */
export function encodePlan({ steps, readOnly }: Pick<Plan, 'steps' | 'readOnly'>): Buffer {
  return encodeSteps(steps, readOnly ? 'ROLLBACK' : undefined);
}
