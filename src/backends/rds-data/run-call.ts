/** Runs one authorised statement over the Data API: open, ask what must be known, execute, check, release, end. */

import { Failure } from '../../model/errors.ts';
import type { QueryResult } from '../../model/result.ts';
import type { Reply } from '../exchange/converse.ts';
import { xidText } from '../exchange/plan.ts';
import { hasPredictedShape, type Released, releaseRows } from '../exchange/release-rows.ts';
import { refuseCut } from '../exchange/run-query.ts';
import type { Call } from '../exchange/verdict.ts';
import { maskedColumns } from '../masks.ts';
import type { Field } from '../protocol/replies.ts';
import { RowBytes } from '../protocol/row-bytes.ts';
import { StaleCatalog } from '../stale-catalog.ts';
import { builtInTypes, typeOidByName } from '../values/built-in-types.ts';
import type { Type } from '../values/type.ts';
import { lookupStep, readTypes } from '../values/type-lookup.ts';
import { dataRow, fieldText, readLines, typeOfColumn } from './cells.ts';
import type { Executed } from './data-api.ts';
import { type Deadline, deadline } from './deadline.ts';
import { bare, enveloped, ownText, type Sendable, shapeQuestion } from './envelope.ts';
import type { CastType } from './envelope-proof.ts';
import type { Knowledge, StatementKnowledge } from './knowledge.ts';
import { outputNames } from './output-names.ts';
import { type Ask, askParameterTypes, type ParameterTypes } from './parameter-types.ts';
import { checkKind, checkMasks } from './permitted-kinds.ts';
import { openTransaction, type Transaction, type TransactionParts } from './transaction.ts';

export interface RunParts extends TransactionParts {
  readonly knowledge: Knowledge;
  readonly maskKey: Buffer;
  /** Keeps the end of a transaction that no caller waits for, so that closing can. */
  readonly track: (ending: Promise<void>) => void;
}

/** Octets of rows asked for at most: below the service's 1,048,576, which fails the call instead of cutting it. */
const serviceRoom = 960 * 1024;

/**
 * The exact cap is applied where it is on every backend; here only what cannot fit is kept back. Quoting at most doubles
 * a row's text.
 */
const roomFor = (maxBytes: number) => Math.min(2 * maxBytes + 1024, serviceRoom);

type Run = Pick<QueryResult, 'columns' | 'rows' | 'cut' | 'bytes' | 'masked' | 'affected' | 'envelope'>;

export interface Ran {
  readonly result: Run;
  readonly session: Transaction['session'];
  /** Number of a write's transaction; absent where nothing was changed. */
  readonly xid?: string;
}

const invalid = (message: string) => new Failure('REQUEST_INVALID', message);

/** Types whose SQL name alone means a length of one. */
const unbounded: Readonly<Record<string, CastType>> = { character: 'pg_catalog.bpchar', bit: 'pg_catalog."bit"' };

/** Milliseconds until a transaction must be open, a paused cluster's waking included. */
const openingTime = 65_000;

/** Casts of the parameters whose type the caller stated. */
function statedTypes({ statement }: Call): readonly (CastType | undefined)[] {
  const { parameters, parameterCount } = statement;
  if (parameters.values.length !== parameterCount)
    throw invalid(`The statement asks for ${parameterCount} parameters, ${parameters.values.length} were given.`);
  return parameters.values.map(({ type }) => {
    if (type === undefined) return undefined;
    const known = builtInTypes.get(typeOidByName(type) ?? 0);
    if (known === undefined) throw invalid(`The type of a parameter is not a built-in type of PostgreSQL: ${type}.`);
    return unbounded[known.name] ?? known.name;
  });
}

/** Rows are released only after every check, and for a write after its COMMIT. Throws Failure, Refusal or StaleCatalog. */
export async function runCall(parts: RunParts, call: Call, callers: readonly AbortSignal[]): Promise<Ran> {
  checkKind(call.statement);
  checkMasks(call.query);
  const stated = statedTypes(call);
  const waiting = deadline(openingTime, callers);
  const transaction = await openTransaction(parts, call, waiting).finally(waiting.release);
  const time = deadline(call.query.decision.obligations.limits.statementTimeout, callers);
  try {
    const result = await new Runner(parts, call, transaction, time, stated).run();
    const { session, readOnly } = transaction;
    if (!readOnly) return { result, session, ...(await commit(transaction, call, result, time)) };
    parts.track(transaction.abandon(false));
    return { result, session };
  } catch (error) {
    parts.track(transaction.abandon(time.interruption() !== undefined));
    throw error;
  } finally {
    time.release();
  }
}

/** One request more than the write itself: the service's own transaction id says nothing to the server after a crash. */
async function commit(transaction: Transaction, { query }: Call, run: Run, time: Deadline): Promise<Pick<Ran, 'xid'>> {
  refuseCut(run);
  const { records } = await transaction.execute(ownText(xidText, []), [], time);
  const xid = records[0]?.[0]?.stringValue;
  if (xid !== undefined) await query.recordPrecommit({ xid, ...affectedOf(run) });
  await transaction.commit();
  return xid === undefined ? {} : { xid };
}

const affectedOf = ({ affected }: Run) => (affected === undefined ? {} : { affected });

class Runner {
  constructor(
    readonly parts: RunParts,
    readonly call: Call,
    readonly transaction: Transaction,
    readonly time: Deadline,
    readonly stated: readonly (CastType | undefined)[],
  ) {}

  async run(): Promise<Run> {
    const { knowledge } = this.parts;
    const { query, statement } = this.call;
    knowledge.renew(query.access.catalogVersion);
    const known = knowledge.of(JSON.stringify([statement.sql, this.stated, query.database.searchPath]));
    const ask: Ask = (sql, values, toStatement) => this.transaction.execute(sql, values, this.time, toStatement);
    known.parameterTypes ??= await askParameterTypes(statement, this.stated, ask);
    if (statement.tree['SelectStmt'] === undefined) return this.#runBare(known.parameterTypes);
    known.names ??= outputNames(query, statement) ?? (await this.#askNames());
    return this.#runEnveloped(known.names, await this.#envelope(known, known.names.length, known.parameterTypes));
  }

  /** Making and proving an envelope parses it twice, which costs more than anything else here does. */
  async #envelope(
    known: StatementKnowledge,
    columns: number,
    types: readonly (CastType | undefined)[],
  ): Promise<Sendable> {
    const { maxRows, maxBytes } = this.call.query.decision.obligations.limits;
    const limits = { maxRows, maxBytes: roomFor(maxBytes) };
    const caps = JSON.stringify(limits);
    if (known.sendable?.caps === caps) return known.sendable.made;
    const made = await enveloped(this.call.statement, columns, types, limits);
    known.sendable = { caps, made };
    return made;
  }

  #values({ markers }: Sendable): readonly (string | null)[] {
    const { values } = this.call.statement.parameters;
    return markers.map((parameter) => {
      const given = values[parameter - 1];
      if (given !== undefined) return given.value;
      throw new Failure('BACKEND_QUERY_FAILED', 'The statement asks for more parameters than were given.', {
        sqlstate: '08P01',
      });
    });
  }

  async #askNames(): Promise<readonly string[]> {
    const question = await shapeQuestion(this.call.statement, this.stated);
    const nothing = question.markers.map(() => null);
    const { columns } = await this.transaction.execute(question.sql, nothing, this.time, question.toStatement);
    return (columns ?? []).map(({ label, name }) => label ?? name ?? '');
  }

  async #runEnveloped(names: readonly string[], sendable: Sendable): Promise<Run> {
    const { query } = this.call;
    const answer = await this.transaction.execute(
      sendable.sql,
      this.#values(sendable),
      this.time,
      sendable.toStatement,
    );
    const lines = this.#lines(answer, names.length);
    const fields = names.map((name, index) => ({ name, table: 0, attnum: 0, type: lines.types[index] ?? 0 }));
    const learned = await this.#learn(lines.types);
    const typeOf = (oid: number): Type =>
      builtInTypes.get(oid) ?? learned.get(oid) ?? { kind: 'opaque', name: 'unknown' };
    const released = await this.#release(fields, lines.rows, lines.cut, typeOf);
    return { ...released, masked: maskedColumns(query), envelope: sendable.sha256 };
  }

  /** An answer that is not as the envelope makes it: the statement's columns are not those of the reading. */
  #lines(answer: Executed, columns: number) {
    try {
      return readLines(answer.records, columns);
    } catch {
      throw new StaleCatalog(this.call.token, 'after');
    }
  }

  async #release(
    fields: readonly Field[],
    rows: readonly Buffer[],
    cut: boolean,
    typeOf: (oid: number) => Type,
  ): Promise<Released> {
    const { query, token } = this.call;
    if (!hasPredictedShape(query, fields)) throw new StaleCatalog(token, 'after');
    const reply: Reply = { tag: undefined, fields, rows: RowBytes.of(rows), suspended: false };
    return releaseRows(query, reply, cut, typeOf, this.parts.maskKey);
  }

  async #learn(oids: readonly number[]): Promise<ReadonlyMap<number, Type>> {
    const { types } = this.parts.knowledge;
    const missing = [...new Set(oids.filter((oid) => !builtInTypes.has(oid) && !types.has(oid)))];
    if (missing.length === 0) return types;
    const { text, values } = lookupStep(missing);
    const { records } = await this.transaction.execute(ownText(text, ['pg_catalog._oid']), values, this.time);
    const rows = records.map((record) => record.map((field) => field.stringValue ?? null));
    for (const [oid, type] of readTypes(missing, rows)) types.set(oid, type);
    return types;
  }

  /** EXPLAIN, SHOW and writes: sent as they stand, and read from the service's own form of values. */
  async #runBare(parameterTypes: ParameterTypes): Promise<Run> {
    const { query, statement } = this.call;
    const sendable = await bare(statement, parameterTypes);
    const answer = await this.transaction.execute(
      sendable.sql,
      this.#values(sendable),
      this.time,
      sendable.toStatement,
    );
    const columns = answer.columns ?? [];
    const types = columns.map(typeOfColumn);
    const fields = columns.map(({ label, name }, index) => ({
      name: label ?? name ?? '',
      table: 0,
      attnum: 0,
      type: index,
    }));
    const rows = answer.records.map((record) =>
      dataRow(record.map((field, index) => fieldText(field, columns[index]?.typeName ?? ''))),
    );
    const typeOf = (index: number): Type => types[index] ?? { kind: 'opaque', name: 'unknown' };
    const released = await this.#release(fields, rows, false, typeOf);
    const affected = statement.class === 'write' ? { affected: Math.max(answer.updated, answer.records.length) } : {};
    const rewritten = sendable.sql === statement.sql ? {} : { envelope: sendable.sha256 };
    return { ...released, masked: maskedColumns(query), ...affected, ...rewritten };
  }
}
