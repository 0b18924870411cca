/** The gate: one text becomes one sealed statement, read by PostgreSQL's own grammar and admitted by the read-only rules. */

import { fixedStatements, isFixedName } from '../catalog/fixed-statements.ts';
import type { Database } from '../model/database.ts';
import { Failure, Refusal } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import type { BindParameters, QueryRequest } from '../model/request.ts';
import { numberParameters } from './named-parameters.ts';
import { parseTree } from './parser.ts';
import { createPositions, type PositionOf } from './positions.ts';
import { classify, type Scope, type Verdict } from './read-only-rules.ts';
import { readTree } from './read-tree.ts';
import { createReadingCache, type Reading } from './reading-cache.ts';
import { prefixed, type Rewriting, unchanged } from './rewriting.ts';
import { type ParsedStatement, sealStatement, type Tree } from './statement.ts';
import { checkText } from './text-limits.ts';

/**
 * In this order: bytes and Unicode, counters, parameters by name, grammar, exactly one statement, class and rules, dialect.
 * Throws the Refusal of the first that fails, with a position in the text as the caller wrote it.
 */
export async function parseStatement(request: QueryRequest, database: Database): Promise<ParsedStatement> {
  const text = await textOf(request, database);
  const scope: Scope = { intent: request.intent, action: request.action, readonly: database.readonly };
  const dialect = request.statement.from === 'fixed' ? 'full' : database.dialect;
  const reading = await read(text, scope, dialect, request.call.principal);
  checkParameterCount(text.parameters, reading.verdict.parameters);
  return sealStatement({
    sql: reading.sql,
    tree: reading.tree,
    class: reading.verdict.class,
    kind: reading.verdict.kind,
    fixed: request.statement.from === 'fixed' ? request.statement.name : undefined,
    parameters: text.parameters,
    parameterCount: reading.verdict.parameters,
    positionOf: reading.positionOf,
    request,
    database,
  });
}

type Text = Rewriting & { readonly parameters: BindParameters };

/** The text to parse: a fixed one by its name, or the caller's with its limits checked and its parameters numbered. */
async function textOf({ statement }: QueryRequest, database: Database): Promise<Text> {
  if (statement.from === 'fixed') {
    if (!isFixedName(statement.name))
      throw new Failure('INTERNAL', 'The broker met an internal fault.', {
        cause: new Error(`no fixed statement ${statement.name}`),
      });
    return { ...unchanged(fixedStatements[statement.name].text), parameters: statement.parameters };
  }
  checkText(statement.sql, database.limits.maxSqlBytes);
  if (statement.parameters.style === 'named') return numberParameters(statement.sql, statement.parameters);
  return { ...unchanged(statement.sql), parameters: statement.parameters };
}

interface PlacedReading extends Reading {
  readonly sql: string;
  readonly positionOf: PositionOf;
}

/** What EXPLAIN of a bare SELECT is sent as; a SELECT that is already explained is sent as it stands. */
const explainEnvelope = 'EXPLAIN (FORMAT JSON) ';

/** For the action `explain`, a bare query is read once to see what it is, then again inside the envelope that is sent. */
async function read(
  text: Rewriting,
  scope: Scope,
  dialect: Database['dialect'],
  principal: Principal,
): Promise<PlacedReading> {
  const bare = await admit(text, scope, dialect, principal);
  if (scope.action !== 'explain' || bare.verdict.kind === 'EXPLAIN') return bare;
  return admit(prefixed(explainEnvelope, text), scope, 'full', principal);
}

const cache = createReadingCache(16 * 1024 * 1024);

/** Estimated bytes of the readings that are kept. */
export const bytesOfReadings = cache.size;

async function admit(
  text: Rewriting,
  scope: Scope,
  dialect: Database['dialect'],
  principal: Principal,
): Promise<PlacedReading> {
  const characters = createPositions(text.sql);
  const positionOf: PositionOf = (location) => {
    const position = characters(location);
    return position === undefined ? undefined : text.toCaller(position);
  };
  const key = `${scope.intent} ${scope.readonly} ${scope.action === 'explain'} ${dialect} ${text.sql}`;
  const known = cache.get(key);
  if (known !== undefined) return { ...known, sql: text.sql, positionOf };
  const { stmts } = await parseAsCaller(text, principal);
  const tree = onlyStatement(stmts, positionOf);
  const verdict = classify(tree, scope, (message, hint, location) => {
    throw notReadOnly(message, hint, positionOf(location));
  });
  if (dialect === 'strict') await checkStrictly(text.sql, tree, verdict, principal);
  cache.set(key, { tree, verdict });
  return { tree, verdict, sql: text.sql, positionOf };
}

/** The second reader is loaded only where a database asks for it. */
async function checkStrictly(sql: string, tree: Tree, verdict: Verdict, principal: Principal): Promise<void> {
  const { checkDialect } = await import('./strict/check-dialect.ts');
  await checkDialect(sql, tree, verdict.class, principal);
}

/** The broker's own texts hold nobody up, whatever their length: a deadline, or a queue of callers' texts, would only cost the catalog. */
const ownTexts: ReadonlySet<string> = new Set(Object.values(fixedStatements).map(({ text }) => text));
const isOwn = (sql: string): boolean => ownTexts.has(sql);

async function parseAsCaller(text: Rewriting, principal: Principal) {
  try {
    return await (isOwn(text.sql) ? parseTree(text.sql) : readTree(text.sql, principal));
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.position === undefined) throw thrown;
    const position = text.toCaller(thrown.position);
    throw new Refusal(thrown.code, thrown.message, {
      position,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      cause: thrown,
    });
  }
}

/** The grammar lists one entry per statement; empty ones between semicolons are left out, as the server does. */
function onlyStatement(stmts: readonly Tree[], positionOf: PositionOf): Tree {
  const [first, second] = stmts;
  if (second !== undefined) {
    const location = second['stmt_location'];
    throw multiple('The text holds more than one statement.', positionOf(typeof location === 'number' ? location : 0));
  }
  const tree = first?.['stmt'];
  if (typeof tree !== 'object' || tree === null) throw multiple('The text holds no statement.', undefined);
  return { ...tree };
}

function multiple(message: string, position: number | undefined): Refusal {
  return new Refusal('STATEMENT_MULTIPLE', message, {
    ...(position === undefined ? {} : { position }),
    hint: 'Send exactly one statement per call.',
  });
}

function notReadOnly(message: string, hint: string, position: number | undefined): Refusal {
  return new Refusal('STATEMENT_NOT_READ_ONLY', message, position === undefined ? { hint } : { hint, position });
}

/** No values at all may be given where the statement is only looked at; the backend demands them before it runs it. */
function checkParameterCount({ values }: BindParameters, wanted: number): void {
  if (values.length === wanted || values.length === 0) return;
  throw new Refusal(
    'REQUEST_INVALID',
    `The statement has ${wanted} parameter(s), and ${values.length} value(s) were given.`,
    {
      hint: 'Give one value for each of $1, $2 and so on.',
    },
  );
}
