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

/** ACL_INSERT, ACL_SELECT, ACL_UPDATE and ACL_DELETE of nodes/parsenodes.h. */
const permissions = { insert: 1, select: 2, update: 4, delete: 8 } as const;
const sets = { insert: 'insertedCols', select: 'selectedCols', update: 'updatedCols' } as const;

export type Permission = keyof typeof permissions;

/** OID → attribute numbers for which a tree, analysed or planned, wants a permission of whoever runs it; an empty set is the relation as a whole. */
export function wantedBy(tree: string, permission: Permission): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  // from 16 in RTEPERMISSIONINFO, before in RANGETBLENTRY of rtekind 0
  const blocks = tree.match(/\{RTEPERMISSIONINFO [^{}]*\}/g) ?? relationEntries(tree);
  for (const block of blocks) {
    const relid = Number(/:relid (\d+)/.exec(block)?.[1]);
    const wanted = Number(/:requiredPerms (\d+)/.exec(block)?.[1]);
    if ((wanted & permissions[permission]) === 0) continue;
    if (/:checkAsUser [1-9]/.test(block)) continue; // asked of a view's owner
    const set = permission === 'delete' ? 'none' : sets[permission];
    const bits = new RegExp(`:${set} \\(b([ \\d]*)\\)`).exec(block)?.[1] ?? '';
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
      selected: wantedBy(folded, 'select'),
      inserted: wantedBy(folded, 'insert'),
      updated: wantedBy(folded, 'update'),
      functions: functionsOf(folded),
      outputs: describe.outputs,
    };
  };
}

export interface Printed {
  /** The analysed tree: it lists the permissions the statement wants as it is written. */
  readonly analysed: string;
  /** The plan: it lists the permissions that are asked for. */
  readonly planned: string;
}

/** What PostgreSQL makes of a statement before it would run, as `debug_print_parse` and `debug_print_plan` show it. */
export async function printedOf(client: pg.Client, sql: string): Promise<Printed> {
  const printed = { 'parse tree:': '', 'plan:': '' };
  const hear = ({
    message,
    detail,
  }: {
    readonly message?: string | undefined;
    readonly detail?: string | undefined;
  }) => {
    if (message === 'plan:' || message === 'parse tree:') printed[message] += detail ?? '';
  };
  client.on('notice', hear);
  try {
    await client.query(
      `BEGIN; SET LOCAL client_min_messages = log; SET LOCAL debug_pretty_print = off; SET LOCAL debug_print_parse = on; SET LOCAL debug_print_plan = on; EXPLAIN ${sql}`,
    );
  } finally {
    await client.query('ROLLBACK');
    client.off('notice', hear);
  }
  const [analysed = '', planned = ''] = Object.values(printed).map((text) => text.replace(/\s+/g, ' '));
  return { analysed, planned };
}
