/** Names become identities: every relation, column, function, operator, cast and type a statement reaches, with its position. */

import type { Catalogs } from '../../catalog/catalogs.ts';
import { Refusal } from '../../model/errors.ts';
import type { QueryRequest } from '../../model/request.ts';
import { type Access, noAccess } from '../access.ts';
import { nodesNewerThan } from '../grammar-versions.ts';
import { NameNotAvailable, nameNotAvailable, type Sight } from '../name-not-available.ts';
import { openStatement, type ParsedStatement, type StatementContents, type Tree } from '../statement.ts';
import { inTurn } from '../turns.ts';
import { buildAccess } from './access-builder.ts';
import { recall, remember } from './access-cache.ts';
import { readBodies } from './bodies.ts';
import { checkComplete } from './completeness.ts';
import { readHypothetical } from './hypothetical.ts';
import { Reading, type ReadingOptions } from './reading.ts';
import { Scope } from './scope.ts';
import { readStatement } from './statements/statement.ts';
import { nearNames } from './suggestions.ts';
import { readTarget } from './target.ts';
import { oid } from './types/well-known.ts';

/**
 * Reads a statement against the database's snapshot. A fixed text reaches no catalog and gives `noAccess`, unless the call
 * is about one relation (`request.target`): then that relation with all its columns.
 *
 * `sight` says what the caller may know of: a name outside it ends exactly as a missing one does. Throws
 * NAME_NOT_AVAILABLE for what cannot be bound, STATEMENT_TOO_COMPLEX for what is not read here, CATALOG_UNAVAILABLE when
 * there is no snapshot.
 */
export async function resolveReferences(
  statement: ParsedStatement,
  catalogs: Catalogs,
  sight?: Sight,
): Promise<Access> {
  const contents = openStatement(statement);
  const { fixed, request, database } = contents;
  if (fixed !== undefined && request.target === undefined) return noAccess;
  const catalog = await catalogs.current(database, request.call);
  const now = { catalog, text: textOf(request), parameterTypes: typesOfParameters(contents) };
  const isWholeQuestion = request.target === undefined && request.hypothetical === undefined;
  const known = isWholeQuestion ? recall(contents.tree, now, sight) : undefined;
  if (known !== undefined) return known;
  const options = { catalog, positionOf: contents.positionOf, sight };
  const access = await inTurn(request.call.principal, () => readWith(options, contents));
  if (isWholeQuestion) remember(contents.tree, now, access);
  return access;
}

type Contents = Readonly<StatementContents>;

const textOf = ({ statement }: QueryRequest) => (statement.from === 'caller' ? statement.sql : statement.name);
const typesOfParameters = ({ parameters }: Contents) => parameters.values.map(({ type }) => type ?? '').join();

/** Reads, and answers a name that is not available with names near it. */
async function readWith(options: ReadingOptions, contents: Contents): Promise<Access> {
  const reading = new Reading(options);
  try {
    return await read(reading, contents);
  } catch (thrown) {
    if (!(thrown instanceof NameNotAvailable)) throw thrown;
    const near = options.sight === undefined ? [] : nearNames(reading, thrown, options.sight);
    throw nameNotAvailable(thrown.written, thrown.nameKind, thrown.position, contents.database, near);
  }
}

async function read(reading: Reading, { tree, parameters, request, database }: Contents): Promise<Access> {
  if (request.target !== undefined) {
    readTarget(reading, request.target);
    return buildAccess(reading, undefined, await readBodies(reading));
  }
  refuseNewerGrammar(reading, tree);
  for (const [index, { type }] of parameters.values.entries())
    if (type !== undefined) reading.settleParameter(index + 1, statedType(reading, type));
  const outputs = readStatement(new Scope(reading), tree);
  checkComplete(reading, tree);
  if (request.hypothetical !== undefined) readHypothetical(reading, request.hypothetical, request, database);
  return buildAccess(reading, outputs, await readBodies(reading));
}

/** The type a caller states for a parameter, which is one of a few built-in ones; what is not known stays open. */
function statedType({ types, catalog }: Reading, name: string): number {
  const inner = catalog.typeByName('pg_catalog', name.replace(/\[\]$/, ''))?.oid ?? oid.unknown;
  return name.endsWith('[]') ? types.arrayOf(inner) || oid.unknown : inner;
}

/** The grammar is that of PostgreSQL 18: an older server could read newer words as names of its own. */
function refuseNewerGrammar(reading: Reading, tree: Tree): void {
  const major = Math.floor(reading.catalog.serverVersion / 10_000);
  const [newest] = major >= grammarVersion ? [] : nodesNewerThan(tree, major);
  if (newest === undefined) return;
  const position = reading.positionOf(newest.location);
  throw new Refusal(
    'STATEMENT_TOO_COMPLEX',
    `${newest.construct} is known to PostgreSQL from ${newest.since} on, and this server is older.`,
    {
      ...(position === undefined ? {} : { position }),
      hint: 'Write it with what the server knows.',
    },
  );
}

const grammarVersion = 18;
