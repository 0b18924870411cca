/** Random SELECT statements over `schema.sql`: every kind of FROM item and clause, with names chosen to mislead. */

import type { Catalog } from '../../../src/catalog/catalog.ts';
import { ExpressionGenerator, type Visible } from './expression-generator.ts';
import { createRandom, type Random } from './random.ts';

const quote = (name: string) =>
  /^[a-z_][a-z0-9_]*$/.test(name) && name !== 'select' ? name : `"${name.replaceAll('"', '""')}"`;

interface Table {
  readonly written: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What a sub-query offers: names and types of its columns. */
interface Query {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

interface Level {
  readonly outer: readonly Visible[];
  readonly commonTables: readonly Table[];
  readonly depth: number;
}

export class StatementGenerator {
  readonly #random: Random;
  readonly #tables: readonly Table[];
  readonly #foldable: boolean;
  #aliases = 0;

  /** `foldable: false` leaves out constants, so that the planner drops nothing. */
  constructor(catalog: Catalog, seed: number, options: { readonly foldable: boolean } = { foldable: true }) {
    this.#foldable = options.foldable;
    this.#random = createRandom(seed);
    this.#tables = [...catalog.relations()]
      .filter(({ kind }) => kind !== 'sequence' && kind !== 'composite')
      .map((relation) => ({
        written:
          catalog.relation(undefined, relation.name)?.oid === relation.oid && this.#random.chance(0.6)
            ? quote(relation.name)
            : `${quote(relation.schema)}.${quote(relation.name)}`,
        columns: catalog.columns(relation).map(({ name, type }) => ({ name, type: catalog.type(type)?.display ?? '' })),
      }));
  }

  /** One statement; PostgreSQL may still refuse it (types are only guessed at). */
  next(): string {
    this.#aliases = 0;
    const level: Level = { outer: [], commonTables: [], depth: 0 };
    return this.#random.chance(0.2) ? this.#withQuery(level) : this.#query(level).sql;
  }

  /** WITH, whose names may shadow tables; every one of them is used, or the privilege oracle could say nothing of it. */
  #withQuery(level: Level): string {
    const { chance, pick } = this.#random;
    const names = chance(0.5) ? [pick(['items', 'people', 'x'])] : ['w1', pick(['sales', 'w2'])];
    let commonTables: readonly Table[] = [];
    const parts: string[] = [];
    for (const name of names) {
      const query = this.#query({ ...level, commonTables, depth: level.depth + 1 });
      const renamed = chance(0.4) ? query.columns.map((_, index) => `c${index}`) : undefined;
      parts.push(
        `${name}${renamed === undefined ? '' : ` (${renamed.join(', ')})`} AS ${pick(['', '', 'MATERIALIZED '])}(${query.sql})`,
      );
      const columns = query.columns.map(({ name: own, type }, index) => ({ name: renamed?.[index] ?? own, type }));
      commonTables = [...commonTables, { written: name, columns }];
    }
    const main = this.#query({ ...level, commonTables, depth: level.depth + 1 });
    const last = names.map((name) => `EXISTS (SELECT 1 FROM ${name})`).join(' AND ');
    return `WITH ${parts.join(', ')} SELECT * FROM (${main.sql}) AS main WHERE ${last}`;
  }

  #query(level: Level): Query {
    if (level.depth < 3 && this.#random.chance(0.1)) return this.#setOperation(level);
    return this.#select(level);
  }

  #setOperation(level: Level): Query {
    const { pick, below } = this.#random;
    const table = pick(this.#tables);
    const column = pick(table.columns);
    const other = this.#tables.flatMap((one) =>
      one.columns
        .filter(({ type }) => type === column.type)
        .map(({ name }) => `SELECT ${quote(name)} FROM ${one.written}`),
    );
    const operator = pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT']);
    const arms = [
      `SELECT ${quote(column.name)} AS merged FROM ${table.written}`,
      other[below(other.length)] ?? 'SELECT NULL',
    ];
    const sortable = !/json|\[\]|xml|address/.test(column.type) || operator === 'UNION ALL';
    const query = sortable ? arms.join(` ${operator} `) : arms.join(' UNION ALL ');
    void level;
    return { sql: query, columns: [{ name: 'merged', type: column.type }] };
  }

  #select(level: Level): Query {
    const { chance, below, pick } = this.#random;
    const from = this.#from(level);
    const visible = [...from.visible, ...level.outer];
    const expressions = new ExpressionGenerator(
      this.#random,
      visible,
      (outer) => this.#sub(level, outer),
      this.#foldable,
    );
    if (chance(0.2)) return this.#grouped(from.sql, expressions);
    const outputs: string[] = [];
    const columns: { name: string; type: string }[] = [];
    for (let index = 0; index <= below(4); index += 1) {
      const { sql, type } = expressions.any();
      outputs.push(`${sql} AS o${index}`);
      columns.push({ name: `o${index}`, type });
    }
    const star = level.depth === 0 && chance(0.25);
    if (star) outputs.push(pick(['*', ...from.aliases.map((alias) => `${alias}.*`), ...from.aliases]));
    const where = chance(0.6) ? ` WHERE ${expressions.condition()}` : '';
    const distinct = chance(0.08) ? 'DISTINCT ' : '';
    const order = chance(0.3) && distinct === '' ? ` ORDER BY ${pick(['1', 'o0', expressions.of('integer')])}` : '';
    const limit = chance(0.2) ? ` LIMIT ${1 + below(9)}` : '';
    return { sql: `SELECT ${distinct}${outputs.join(', ')} FROM ${from.sql}${where}${order}${limit}`, columns };
  }

  #grouped(from: string, expressions: ExpressionGenerator): Query {
    const { chance, pick } = this.#random;
    const key = expressions.column();
    const aggregate = expressions.aggregate();
    const grouping = pick(['1', key.sql, `ROLLUP (${key.sql})`, `GROUPING SETS ((${key.sql}), ())`]);
    const having = chance(0.3) ? ` HAVING ${expressions.aggregate().sql} IS NOT NULL` : '';
    const columns = [
      { name: 'k', type: key.type },
      { name: 'agg', type: aggregate.type },
    ];
    return {
      sql: `SELECT ${key.sql} AS k, ${aggregate.sql} AS agg FROM ${from} GROUP BY ${grouping}${having}`,
      columns,
    };
  }

  #sub(level: Level, outer: readonly Visible[]): Query {
    return this.#select({ ...level, outer, depth: level.depth + 1 });
  }

  #alias(): string {
    this.#aliases += 1;
    return this.#random.chance(0.2) ? `"T ${this.#aliases}"` : `t${this.#aliases}`;
  }

  #from(level: Level): { sql: string; visible: readonly Visible[]; aliases: readonly string[] } {
    const { chance, pick } = this.#random;
    const first = this.#item(level, []);
    if (level.depth > 2 || !chance(0.5)) return { sql: first.sql, visible: first.visible, aliases: [first.alias] };
    const second = this.#item(level, first.visible);
    const visible = [...first.visible, ...second.visible];
    const aliases = [first.alias, second.alias];
    if (second.isLateral || chance(0.15)) return { sql: `${first.sql}, ${second.sql}`, visible, aliases };
    const shared = first.visible.filter((one) =>
      second.visible.some((other) => one.column === other.column && one.type === other.type),
    );
    const kind = pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
    if (shared[0] !== undefined && chance(0.4))
      return {
        sql: `${first.sql} ${kind} ${second.sql} USING (${shared[0].column})`,
        visible: qualified(visible),
        aliases,
      };
    const on = new ExpressionGenerator(
      this.#random,
      qualified(visible),
      () => ({ sql: 'SELECT 1', columns: [] }),
      this.#foldable,
    );
    const condition = kind === 'FULL JOIN' ? equality(first.visible, second.visible) : on.simpleCondition();
    return { sql: `${first.sql} ${kind} ${second.sql} ON ${condition}`, visible: qualified(visible), aliases };
  }

  #item(level: Level, before: readonly Visible[]) {
    const { chance, pick } = this.#random;
    const alias = this.#alias();
    const roll = this.#random.below(100);
    if (roll < 12 && level.depth < 3) {
      const isLateral = before.length > 0 && chance(0.5);
      const query = this.#select({
        ...level,
        outer: isLateral ? [...before, ...level.outer] : level.outer,
        depth: level.depth + 1,
      });
      return {
        sql: `${isLateral ? 'LATERAL ' : ''}(${query.sql}) AS ${alias}`,
        visible: columnsOf(alias, query.columns),
        alias,
        isLateral,
      };
    }
    if (roll < 18) return { ...functionItem(pick(functionItems), alias), alias, isLateral: false };
    const table = pick(chance(0.4) && level.commonTables.length > 0 ? level.commonTables : this.#tables);
    const isCommon = level.commonTables.includes(table);
    const rename = chance(0.15);
    const columns = table.columns.map((column, index) =>
      rename && index < 2 ? { ...column, name: `r${index}` } : column,
    );
    const names = rename
      ? ` (${columns
          .slice(0, 2)
          .map(({ name }) => name)
          .join(', ')})`
      : '';
    const only = chance(0.1) && !isCommon ? 'ONLY ' : '';
    return {
      sql: `${only}${table.written} AS ${alias}${names}`,
      visible: columnsOf(alias, columns),
      alias,
      isLateral: false,
    };
  }
}

/** Where several items offer a name, it must be qualified. */
function qualified(visible: readonly Visible[]): readonly Visible[] {
  const count = (name: string) => visible.filter(({ column }) => column === name).length;
  return visible.map((one) => ({ ...one, isPlain: one.isPlain && count(one.column) === 1 }));
}

function equality(left: readonly Visible[], right: readonly Visible[]): string {
  const simple = /^(integer|text|bigint|numeric)$/;
  for (const one of left)
    for (const other of right)
      if (one.type === other.type && simple.test(one.type))
        return `${one.alias}.${one.column} = ${other.alias}.${other.column}`;
  return 'true';
}

function columnsOf(alias: string, columns: Query['columns']): readonly Visible[] {
  return columns.map(({ name, type }) => ({ alias, column: quote(name), type, isPlain: true }));
}

const functionItems = [
  { call: 'generate_series(1, 5)', columns: [] },
  {
    call: 'some_people(1)',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
    ],
  },
  {
    call: 'pairs(3)',
    columns: [
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'text' },
    ],
  },
  { call: "shape('x'::text)", columns: [{ name: 'one', type: 'text' }] },
  {
    call: "(VALUES (1, 'one'), (2, 'two'))",
    columns: [
      { name: 'column1', type: 'integer' },
      { name: 'column2', type: 'text' },
    ],
  },
] as const;

function functionItem({ call, columns }: (typeof functionItems)[number], alias: string) {
  return { sql: `${call} AS ${alias}`, visible: columnsOf(alias, columns) };
}
