/** How PostgreSQL itself reads a statement: its analysed query tree, taken from the notice that debug_print_parse makes it send. */

import type pg from 'pg';

export interface PostgresReading {
  /** OID → attribute numbers read (0 is a whole row, negative ones are system columns). */
  readonly selected: ReadonlyMap<number, ReadonlySet<number>>;
  readonly inserted: ReadonlyMap<number, ReadonlySet<number>>;
  readonly updated: ReadonlyMap<number, ReadonlySet<number>>;
  /** OIDs of functions called, those behind operators, casts and aggregates included. */
  readonly functions: ReadonlySet<number>;
  /** RowDescription: name, table and column number of each output. */
  readonly outputs: readonly { readonly name: string; readonly table: number; readonly column: number }[];
}

/** Parse and Describe, and nothing more: the statement never runs. */
class Describe implements pg.Submittable {
  readonly done: Promise<void>;
  outputs: PostgresReading['outputs'] = [];
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(readonly text: string) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: pg.Connection): void {
    connection.parse({ text: this.text, name: '', types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
  }

  handleParseComplete(): void {}
  handleNoData(): void {}
  handleRowDescription(message: { fields: readonly { name: string; tableID: number; columnID: number }[] }): void {
    this.outputs = message.fields.map(({ name, tableID, columnID }) => ({ name, table: tableID, column: columnID }));
  }
  /** pg forgets the query here; ReadyForQuery then ends the exchange by itself. */
  handleError(error: Error): void {
    this.#reject(error);
  }
  handleReadyForQuery(): void {
    this.#resolve();
  }
}

const lowestAttribute = -7; // FirstLowInvalidHeapAttributeNumber (access/sysattr.h): bit 0 of the sets

/** ACL_SELECT, ACL_INSERT, ACL_UPDATE of nodes/parsenodes.h. */
const permissions = { selectedCols: 2, insertedCols: 1, updatedCols: 4 } as const;

function columnsOf(tree: string, set: keyof typeof permissions): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  // from 16 in RTEPERMISSIONINFO, before in RANGETBLENTRY of rtekind 0
  const blocks = tree.match(/\{RTEPERMISSIONINFO [^{}]*\}/g) ?? relationEntries(tree);
  for (const block of blocks) {
    const relid = Number(/:relid (\d+)/.exec(block)?.[1]);
    const wanted = Number(/:requiredPerms (\d+)/.exec(block)?.[1]);
    const bits = new RegExp(`:${set} \\(b([ \\d]*)\\)`).exec(block)?.[1] ?? '';
    if ((wanted & permissions[set]) === 0) continue;
    const columns = found.get(relid) ?? new Set();
    for (const bit of bits.split(' ').filter(Boolean)) columns.add(Number(bit) + lowestAttribute);
    found.set(relid, columns);
  }
  return found;
}

/** Before 16: the fields of a range table entry, nested nodes cut out. */
function relationEntries(tree: string): readonly string[] {
  return tree
    .split('{RANGETBLENTRY ')
    .slice(1)
    .map((text) => {
      let flat = text;
      for (let before = ''; before !== flat; ) {
        before = flat;
        flat = flat.replace(/^([^}]*?)\{[^{}]*\}/, '$1');
      }
      return flat.split('}')[0] ?? '';
    })
    .filter((block) => /:rtekind 0 /.test(block));
}

function functionsOf(tree: string): ReadonlySet<number> {
  const oids = [...tree.matchAll(/:(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)/g)].map((match) => Number(match[1]));
  return new Set(oids.filter((oid) => oid !== 0));
}

/** A session that asks; one statement at a time. */
export async function readingSession(client: pg.Client) {
  let tree = '';
  client.on('notice', (notice) => {
    if (/parse tree/.test(notice.message ?? '')) tree += notice.detail ?? '';
  });
  await client.query(
    `SELECT set_config('client_min_messages', 'log', false), set_config('debug_pretty_print', 'off', false)`,
  );
  await client.query(`SELECT set_config('debug_print_parse', 'on', false)`);
  return async (sql: string): Promise<PostgresReading> => {
    tree = '';
    const describe = new Describe(sql);
    client.query(describe);
    await describe.done;
    const folded = tree.replace(/\s+/g, ' ');
    return {
      selected: columnsOf(folded, 'selectedCols'),
      inserted: columnsOf(folded, 'insertedCols'),
      updated: columnsOf(folded, 'updatedCols'),
      functions: functionsOf(folded),
      outputs: describe.outputs,
    };
  };
}
