/**
 * Facts about what PostgreSQL brings itself, shipped for its major versions, so that they need not be fetched. They are
 * used as far as the server's own digests of its rows are the digests of the shipped ones, and no further.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { type KindName, kindsInOrder } from './catalog-kinds.ts';
import { blockOids, firstUnpinnedOid } from './header-statement.ts';
import type { Row } from './row.ts';

const here = import.meta.url;

/** Written by `npm run facts`; the build puts it beside the bundle. */
export const factsFile = new URL(here.includes('/chunks/') ? '../built-in-facts.br' : './built-in-facts.br', here);

/** What the loader need not fetch. */
export interface Facts {
  /** They are all the server has below this OID, of every kind but schemas. */
  readonly below: number;
  readonly rows: ReadonlyMap<KindName, readonly Row[]>;
}

/** An object with its place in the order of kinds; the columns are those of a page. */
export interface Fact {
  readonly place: number;
  readonly row: readonly (string | null)[];
}

const isText = (value: unknown): value is string | null => value === null || typeof value === 'string';

/** One line of the file: the major versions that have it, the place of its kind, its columns. */
function readLine(line: string, major: number): Fact | undefined {
  const parsed: unknown = JSON.parse(line);
  if (!Array.isArray(parsed)) return undefined;
  const [majors, place, ...row]: readonly unknown[] = parsed;
  if (!Array.isArray(majors) || !majors.includes(major)) return undefined;
  return typeof place === 'number' && row.every(isText) ? { place, row } : undefined;
}

/** Everything shipped for a major version, in order of kind and OID. */
export async function shippedFacts(major: number): Promise<readonly Fact[]> {
  const text = (await promisify(brotliDecompress)(await readFile(factsFile))).toString('utf8');
  return text
    .split('\n')
    .map((line) => readLine(line, major))
    .filter((fact) => fact !== undefined);
}

const oidOf = ({ row }: Fact): number => Number(row[0]);

/** Facts by block, in the order they came. */
function blocksOf(facts: readonly Fact[]): ReadonlyMap<number, readonly Fact[]> {
  const blocks = new Map<number, Fact[]>();
  for (const fact of facts) {
    const number = Math.floor(oidOf(fact) / blockOids);
    const block = blocks.get(number);
    if (block === undefined) blocks.set(number, [fact]);
    else block.push(fact);
  }
  return blocks;
}

/** The digest of a block as the header's text has the server make it. */
const digestOf = (block: readonly Fact[]): string =>
  createHash('sha256')
    .update(block.map(({ place, row }) => `${place}${JSON.stringify(row)}`).join('\n'))
    .digest('hex');

/** The first OID of the first block that is not, row for row, what the server has. */
function agreedBelow(facts: readonly Fact[], digests: string): number {
  const server = new Map(
    digests.split(',').map((entry): [number, string] => [Number.parseInt(entry, 10), entry.split(' ')[1] ?? '']),
  );
  const blocks = blocksOf(facts);
  for (let block = 0; block * blockOids < firstUnpinnedOid; block += 1) {
    const shipped = blocks.get(block);
    if ((shipped === undefined ? undefined : digestOf(shipped)) !== server.get(block)) return block * blockOids;
  }
  return firstUnpinnedOid;
}

/** What of the shipped facts holds on a server of this version with these digests; undefined where nothing does. */
export async function factsThatHold(serverVersion: number, digests: string): Promise<Facts | undefined> {
  const facts = await shippedFacts(Math.floor(serverVersion / 10_000)).catch(() => []); // without them all is fetched
  const below = agreedBelow(facts, digests);
  const held = facts.filter((fact) => oidOf(fact) < below);
  if (held.length === 0) return undefined;
  const rows = kindsInOrder.map((name, index): [KindName, readonly Row[]] => [
    name,
    held.filter(({ place }) => place === index).map(({ row }) => row),
  ]);
  return { below, rows: new Map(rows) };
}
