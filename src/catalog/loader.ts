/** Reads a whole catalog, page by page, through the corridor. */

import { createHash, type Hash } from 'node:crypto';
import { Refusal } from '../model/errors.ts';
import type { Catalog } from './catalog.ts';
import { castOf, procedureOf, typeOf } from './catalog-rows.ts';
import { firstNormalOid, type KindName, kindsInOrder, rowsOfPage } from './catalog-statements.ts';
import type { FixedName } from './fixed-statements.ts';
import { CatalogPart } from './part.ts';
import { number, numbers, type Row, text } from './row.ts';
import { createSnapshot } from './snapshot.ts';

/** Runs one fixed text through the corridor as the system principal and answers its rows. */
export type RunFixed = (name: FixedName, parameters: readonly string[]) => Promise<readonly Row[]>;

const lastOid = '4294967295';

/** OIDs after `from` and before `until`. */
interface Range {
  readonly run: RunFixed;
  readonly from: string;
  readonly until: string;
}

interface Context extends Range {
  readonly hash: Hash;
  readonly first: ReadonlyMap<KindName, First>;
  readonly part: CatalogPart;
  /** Schemas of both parts, by OID. */
  readonly schemas: Map<number, string>;
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
async function firstPages({ run, from, until }: Range): Promise<ReadonlyMap<KindName, First>> {
  const answer = await run('catalog_objects', [from, until]);
  const isWhole = answer.length === (answer[0] === undefined ? 0 : number(answer[0], 3));
  const reached = Number(answer.at(-1)?.[0] ?? -1);
  const first = kindsInOrder.map((name, place): readonly [KindName, First] => {
    const own = answer.filter((row) => number(row, 0) === place);
    const fetched = own[0] === undefined ? 0 : number(own[0], 2);
    const seen = isWhole || place < reached || (place === reached && own.length === fetched);
    return [name, { rows: own.map(readObject), complete: seen && fetched < rowsOfPage(name) }];
  });
  return new Map(first);
}

/** Rows of one kind in order of their key: those of the first page, then pages until one is neither full nor cut. */
async function* pages({ run, hash, first, from, until }: Context, name: KindName): AsyncGenerator<Row> {
  const known = first.get(name);
  const take = (row: Row): Row => {
    for (const value of row) hash.update(`${value === null ? '' : String(value)}\0`);
    return row;
  };
  for (const row of known?.rows ?? []) yield take(row);
  if (known?.complete === true) return;
  const last = known?.rows.at(-1);
  let after = last === undefined ? from : text(last, 0);
  for (;;) {
    const rows = await run(`catalog_${name}`, [after, until]);
    for (const row of rows) yield take(row.slice(0, -1)); // the last column is the page's, not the object's
    const end = rows.at(-1);
    if (end === undefined) return;
    const fetched = number(end, end.length - 1);
    if (rows.length === fetched && fetched < rowsOfPage(name)) return;
    after = text(end, 0);
  }
}

/** Fills one part. Objects in schemas that are not kept (temporary, toast) are left out. */
async function loadPart(context: Context): Promise<void> {
  const { part, schemas } = context;
  for await (const row of pages(context, 'schemas')) {
    part.schemas.set(number(row, 0), text(row, 1));
    schemas.set(number(row, 0), text(row, 1));
  }
  const place = (row: Row, add: (schema: string) => void) => {
    const schema = schemas.get(number(row, 1));
    if (schema !== undefined) add(schema);
  };
  for await (const row of pages(context, 'types'))
    place(row, (schema) => {
      const type = typeOf(row, schema);
      part.types.add(type);
      if (type.kind === 'multirange') part.multiranges.set(type.subtype, type.oid);
    });
  for await (const row of pages(context, 'functions'))
    place(row, (schema) => part.procedures.add(procedureOf(row, schema)));
  for await (const row of pages(context, 'operators'))
    place(row, (schema) =>
      part.operators.add({
        oid: number(row, 0),
        schema,
        name: text(row, 2),
        left: number(row, 3),
        right: number(row, 4),
        result: number(row, 5),
        procedure: number(row, 6),
      }),
    );
  for await (const row of pages(context, 'casts')) part.addCast(castOf(row));
  for await (const row of pages(context, 'relations')) place(row, (schema) => part.relations.add(row, schema));
  for await (const row of pages(context, 'inheritance')) part.parents.set(number(row, 0), numbers(row, 1));
  part.relations.close();
}

/** What initdb made, by stamp: databases of equal servers share it. */
export interface SystemParts {
  readonly get: (stamp: string) => SystemPart | undefined;
  readonly put: (stamp: string, part: SystemPart) => void;
}

export interface SystemPart {
  readonly part: CatalogPart;
  readonly hash: string;
}

async function loadSystem(run: RunFixed): Promise<SystemPart> {
  const [part, hash, schemas] = [new CatalogPart(), createHash('sha256'), new Map<number, string>()];
  const range = { run, from: '0', until: String(firstNormalOid) };
  await loadPart({ ...range, first: await firstPages(range), hash, part, schemas });
  return { part, hash: hash.digest('hex') };
}

/**
 * Loads a snapshot: four texts for a small database, two where the server's own objects are known already. Throws what `run` throws, and
 * CATALOG_UNAVAILABLE for a page that cannot be read.
 */
export async function loadCatalog(
  run: RunFixed,
  searchPath: readonly string[],
  systemParts: SystemParts,
): Promise<Catalog> {
  const [header] = await run('catalog_header', []);
  if (header === undefined) throw new Refusal('CATALOG_UNAVAILABLE', 'The catalog of the database cannot be read.');
  const [serverVersion, stamp] = [number(header, 0), `${text(header, 0)} ${text(header, 1)} ${searchPath.join(',')}`];
  const system = systemParts.get(stamp) ?? (await loadSystem(run));
  systemParts.put(stamp, system);
  const [part, hash] = [new CatalogPart(), createHash('sha256').update(stamp).update(system.hash)];
  const schemas = new Map(system.part.schemas);
  const range = { run, from: String(firstNormalOid - 1), until: lastOid };
  await loadPart({ ...range, first: await firstPages(range), hash, part, schemas });
  return createSnapshot({
    version: hash.digest('hex'),
    serverVersion,
    databaseName: text(header, 2),
    system: system.part,
    own: part,
    searchPath,
  });
}
