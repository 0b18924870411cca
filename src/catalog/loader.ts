/** Reads a whole catalog, page by page, through the corridor. */

import { createHash, type Hash } from 'node:crypto';
import { Refusal } from '../model/errors.ts';
import type { Catalog } from './catalog.ts';
import { firstNormalOid, type KindName, kinds, kindsInOrder } from './catalog-kinds.ts';
import { castOf, operatorOf, procedureOf, typeOf } from './catalog-rows.ts';
import type { Facts } from './facts.ts';
import type { FixedName } from './fixed-statements.ts';
import { CatalogPart } from './part.ts';
import { number, numbers, type Row, text, textOrNull } from './row.ts';
import { createSnapshot } from './snapshot.ts';

/** Runs one fixed text through the corridor as the system principal and answers its rows. */
export type RunFixed = (name: FixedName, parameters: readonly string[]) => Promise<readonly Row[]>;

const lastOid = '4294967295';

/** The OIDs after `after`: what is fetched. */
interface Fetch {
  readonly run: RunFixed;
  readonly after: string;
}

/** A part of the snapshot that is being filled, and what it has been filled with. */
interface Filling {
  readonly part: CatalogPart;
  readonly hash: Hash;
}

interface Context extends Fetch {
  readonly facts: Facts | undefined;
  readonly first: ReadonlyMap<KindName, First>;
  /** What initdb made; undefined where it is known already. */
  readonly system: Filling | undefined;
  readonly own: Filling;
  /** Schemas of both parts, by OID. */
  readonly schemas: Map<number, string>;
  /** Name of the role initdb made. */
  readonly superuser: string;
}

/** The first page of one kind, and whether it is all of it. */
interface First {
  readonly rows: readonly Row[];
  readonly complete: boolean;
}

function readObject(row: Row): Row {
  const values: unknown = JSON.parse(text(row, 1));
  if (!Array.isArray(values)) return [];
  return values.map((value: unknown) => (value === null ? null : String(value)));
}

/** Reads the first page of every kind at once. What was cut away says so by its numbers. */
async function firstPages({ run, after }: Fetch): Promise<ReadonlyMap<KindName, First>> {
  const answer = await run('catalog_objects', [after, lastOid]);
  const isWhole = answer.length === (answer[0] === undefined ? 0 : number(answer[0], 3));
  const reached = Number(answer.at(-1)?.[0] ?? -1);
  const first = kindsInOrder.map((name, place): readonly [KindName, First] => {
    const own = answer.filter((row) => number(row, 0) === place);
    const fetched = own[0] === undefined ? 0 : number(own[0], 2);
    const seen = isWhole || place < reached || (place === reached && own.length === fetched);
    return [name, { rows: own.map(readObject), complete: seen && fetched < kinds[name].rows }];
  });
  return new Map(first);
}

/** Rows of one kind in order of their key: facts, those of the first page, then pages until one is neither full nor cut. */
async function* rowsOf({ run, facts, first, after }: Context, name: KindName): AsyncGenerator<Row> {
  yield* facts?.rows.get(name) ?? [];
  const known = first.get(name);
  yield* known?.rows ?? [];
  if (known?.complete === true) return;
  const last = known?.rows.at(-1);
  let seen = last === undefined ? after : text(last, 0);
  for (;;) {
    const rows = await run(`catalog_${name}`, [seen, lastOid]);
    for (const row of rows) yield row.slice(0, -1); // the last column is the page's, not the object's
    const end = rows.at(-1);
    if (end === undefined) return;
    const fetched = number(end, end.length - 1);
    if (rows.length === fetched && fetched < kinds[name].rows) return;
    seen = text(end, 0);
  }
}

/** Puts the rows of one kind where they belong. What initdb made is passed over where that part is known. */
async function load(context: Context, name: KindName, add: (part: CatalogPart, row: Row) => void): Promise<void> {
  const { system, own } = context;
  for await (const row of rowsOf(context, name)) {
    const filling = number(row, 0) < firstNormalOid ? system : own;
    if (filling === undefined) continue;
    for (const value of row) filling.hash.update(`${value === null ? '' : String(value)}\0`);
    add(filling.part, row);
  }
}

/** Fills the parts. Objects in schemas that are not kept (temporary, toast) are left out. */
async function loadParts(context: Context): Promise<void> {
  const { schemas, superuser } = context;
  const within = (row: Row, add: (schema: string) => void) => {
    const schema = schemas.get(number(row, 1));
    if (schema !== undefined) add(schema);
  };
  await load(context, 'schemas', (part, row) => {
    part.schemas.set(number(row, 0), text(row, 1));
    schemas.set(number(row, 0), text(row, 1));
  });
  await load(context, 'types', (part, row) =>
    within(row, (schema) => {
      const type = typeOf(row, schema);
      part.types.add(type);
      if (type.kind === 'multirange') part.multiranges.set(type.subtype, type.oid);
    }),
  );
  await load(context, 'functions', (part, row) =>
    within(row, (schema) => part.procedures.add(procedureOf(row, schema, superuser))),
  );
  await load(context, 'operators', (part, row) => within(row, (schema) => part.operators.add(operatorOf(row, schema))));
  await load(context, 'casts', (part, row) => part.addCast(castOf(row)));
  await load(context, 'relations', (part, row) => within(row, (schema) => part.relations.add(row, schema, superuser)));
  await load(context, 'inheritance', (part, row) => part.parents.set(number(row, 0), numbers(row, 1)));
  context.system?.part.relations.close();
  context.own.part.relations.close();
}

export interface SystemPart {
  readonly part: CatalogPart;
  readonly hash: string;
}

/** What initdb made, by search_path and stamp: databases of equal servers share it. */
export type SystemParts = Map<string, SystemPart>;

/** What the first text of a load tells. */
interface Header {
  readonly serverVersion: number;
  readonly database: string;
  readonly superuser: string;
  /** Of what initdb made, and of the search_path it was read along. */
  readonly key: string;
  readonly digests: string | undefined;
}

async function readHeader(run: RunFixed, name: 'catalog_header' | 'catalog_digests', path: string): Promise<Header> {
  const [row] = await run(name, []);
  if (row === undefined) throw new Refusal('CATALOG_UNAVAILABLE', 'The catalog of the database cannot be read.');
  return {
    serverVersion: number(row, 0),
    key: `${path} ${text(row, 1)}`,
    database: text(row, 2),
    superuser: text(row, 3),
    digests: name === 'catalog_digests' ? textOrNull(row, 4) : undefined,
  };
}

/** With digests where the server is not known. While no server is known at all the cheaper text is not tried first. */
async function recognize(run: RunFixed, systems: SystemParts, path: string): Promise<Header> {
  if ([...systems.keys()].some((key) => key.startsWith(`${path} `))) {
    const header = await readHeader(run, 'catalog_header', path);
    if (systems.has(header.key)) return header;
  }
  return readHeader(run, 'catalog_digests', path);
}

/** Read from their file when a server is met for the first time: a start does without. */
async function factsFor({ serverVersion, digests }: Header): Promise<Facts | undefined> {
  if (digests === undefined) return undefined;
  const { factsThatHold } = await import('./facts.ts');
  return factsThatHold(serverVersion, digests);
}

const filling = (): Filling => ({ part: new CatalogPart(), hash: createHash('sha256') });

/**
 * Loads a snapshot: two texts for a small database where the server's own objects are known, or are those shipped; one
 * or two more where they are fetched. Throws what `run` throws, and CATALOG_UNAVAILABLE for a page that cannot be read.
 */
export async function loadCatalog(
  run: RunFixed,
  searchPath: readonly string[],
  systems: SystemParts,
): Promise<Catalog> {
  const header = await recognize(run, systems, searchPath.join(','));
  const { serverVersion, database, superuser, key } = header;
  const known = systems.get(key);
  const facts = known === undefined ? await factsFor(header) : undefined;
  const [system, own] = [known === undefined ? filling() : undefined, filling()];
  const fetch = { run, after: String((known === undefined ? (facts?.below ?? 1) : firstNormalOid) - 1) };
  const schemas = new Map(known?.part.schemas);
  await loadParts({ ...fetch, facts, first: await firstPages(fetch), system, own, schemas, superuser });
  const shared = known ?? { part: system?.part ?? new CatalogPart(), hash: system?.hash.digest('hex') ?? '' };
  systems.set(key, shared);
  const version = createHash('sha256')
    .update(`${key} ${shared.hash} ${own.hash.digest('hex')}`)
    .digest('hex');
  const parts = { system: shared.part, own: own.part };
  return createSnapshot({ version, serverVersion, databaseName: database, ...parts, searchPath });
}
