/** Random expressions of a wanted type over the columns that can be seen. */

import type { Random } from './random.ts';

export interface Visible {
  readonly alias: string;
  /** Quoted where it must be. */
  readonly column: string;
  readonly type: string;
  /** Whether the bare name is unambiguous. */
  readonly isPlain: boolean;
}

export interface Typed {
  readonly sql: string;
  readonly type: string;
}

type SubQuery = (outer: readonly Visible[]) => {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

const literals: Readonly<Record<string, readonly string[]>> = {
  integer: ['1', '42', "'7'", 'NULL::int'],
  bigint: ['9000000000', '1', "'3'"],
  numeric: ['1.5', '2', "'3.25'", '1e3'],
  text: ["'a'", "U&'\\0061bc'", '$$x$$', "E'\\n'"],
  boolean: ['true', 'NULL', "'t'"],
  date: ["'2025-01-01'::date", "date '2024-02-29'"],
  'timestamp with time zone': ["'2025-01-01'::timestamptz", 'now()', 'CURRENT_TIMESTAMP'],
};

/** Values the planner cannot fold: with them no part of a statement vanishes before its privileges are checked. */
const volatile: Readonly<Record<string, readonly string[]>> = {
  integer: ['random(1, 9)'],
  bigint: ['random(1::bigint, 9)'],
  numeric: ['random(1::numeric, 9)'],
  text: ['clock_timestamp()::text'],
  boolean: ['(random() > 0.5)'],
  date: ['clock_timestamp()::date'],
  'timestamp with time zone': ['clock_timestamp()'],
};

/** `$` stands for an argument: its type follows the slash. */
const templates: Readonly<Record<string, readonly string[]>> = {
  integer: [
    '($/integer + $/integer)',
    'length($/text)',
    'twice($/integer)',
    'with_default($/integer)',
    'with_default($/integer, c => $/text)',
    'total($/integer, $/integer)',
    'abs($/integer)',
    'coalesce($/integer, $/integer)',
    'CASE WHEN $/boolean THEN $/integer ELSE $/integer END',
    'GREATEST($/integer, $/integer)',
    '($/text)::int',
    'EXTRACT(year FROM $/date)::int',
    'cardinality(pair_of($/integer, $/integer))',
    'NULLIF($/integer, $/integer)',
    '(pair_of($/integer, $/integer))[1]',
    '-$/integer',
    '(ROW($/integer, $/text)).f1',
  ],
  bigint: ['($/bigint + $/integer)', '($/integer)::bigint', 'count(*) OVER ()', 'abs($/bigint)'],
  numeric: ['round($/numeric, 1)', '($/numeric * $/integer)', 'shop.twice($/numeric)', '($/integer)::numeric(8,2)'],
  text: [
    'lower($/text)',
    '($/text || $/text)',
    'twice($/text)',
    'concat($/text, $/integer)',
    '($/integer)::text',
    'coalesce($/text, $/text)',
    'substring($/text FROM 1 FOR 2)',
    'trim($/text)',
    "CASE $/integer WHEN 1 THEN $/text WHEN $/integer THEN 'b' END",
    "format('%s', $/text)",
    '($/text)::short_text',
    'upper($/text COLLATE "C")',
    "(ARRAY[$/text, 'z'])[1]",
    "json_build_object('k', $/text) ->> 'k'",
    'first_value($/text) OVER (PARTITION BY $/integer ORDER BY $/text)',
  ],
  boolean: [
    '($/integer = $/integer)',
    '($/text LIKE $/text)',
    '($/integer IN ($/integer, $/integer, 3))',
    '($/integer BETWEEN $/integer AND $/integer)',
    '($/text IS NOT NULL)',
    '($/boolean AND $/boolean)',
    'NOT $/boolean',
    '($/integer ~~~ $/integer)',
    '($/integer = ANY (ARRAY[$/integer, $/integer]))',
    '(($/integer, $/text) = ($/integer, $/text))',
    '($/text IS DISTINCT FROM $/text)',
    '($/integer > $/numeric)',
    '($/text ~ $/text)',
    '($/date < $/date)',
    '($/text SIMILAR TO $/text)',
    '($/date, $/date) OVERLAPS ($/date, $/date)',
  ],
  date: ['($/date + $/integer)', "date_trunc('month', $/date)::date", '($/timestamp with time zone)::date'],
  'timestamp with time zone': ["($/timestamp with time zone AT TIME ZONE 'UTC')::timestamptz", '($/date)::timestamptz'],
};

const types = Object.keys(templates);

export class ExpressionGenerator {
  readonly #random: Random;
  readonly #visible: readonly Visible[];
  readonly #sub: SubQuery;
  readonly #literals: Readonly<Record<string, readonly string[]>>;

  /** `foldable`: whether constants may be written. */
  constructor(random: Random, visible: readonly Visible[], sub: SubQuery, foldable: boolean) {
    this.#random = random;
    this.#visible = visible;
    this.#sub = sub;
    this.#literals = foldable ? literals : volatile;
  }

  #named({ alias, column, isPlain }: Visible): string {
    if (isPlain && this.#random.chance(0.25) && this.#isUnambiguous(column)) return column;
    return this.#random.chance(0.06) ? `(${alias}).${column}` : `${alias}.${column}`;
  }

  /** A bare name must mean one thing among everything visible, aliases included. */
  #isUnambiguous(column: string): boolean {
    return this.#visible.filter((one) => one.column === column).length === 1;
  }

  column(): Typed {
    const plain = this.#visible.filter(({ type }) => !/json|\[\]|address|xml|span/.test(type));
    if (plain.length === 0) return { sql: '1 + 0', type: 'integer' };
    const chosen = this.#random.pick(plain);
    return { sql: `${chosen.alias}.${chosen.column}`, type: chosen.type };
  }

  aggregate(): Typed {
    const { pick, chance } = this.#random;
    const filter = chance(0.3) ? ` FILTER (WHERE ${this.simpleCondition()})` : '';
    const [sql, type] = pick([
      ['count(*)', 'bigint'],
      [`count(DISTINCT ${this.#leaf('text')})`, 'bigint'],
      [`max(${this.#leaf('text')})`, 'text'],
      [`sum(${this.#leaf('integer')})`, 'bigint'],
      [`product_of(${this.#leaf('integer')})`, 'integer'],
      [`array_length(array_agg(${this.#leaf('text')} ORDER BY ${this.#leaf('integer')}), 1)`, 'integer'],
      [`string_agg(${this.#leaf('text')}, ',' ORDER BY ${this.#leaf('text')})`, 'text'],
    ] as const);
    return { sql: sql.endsWith(', 1)') ? sql : `${sql}${filter}`, type };
  }

  any(): Typed {
    const { chance, pick } = this.#random;
    if (chance(0.35) && this.#visible.length > 0) {
      const chosen = pick(this.#visible);
      return { sql: this.#named(chosen), type: chosen.type };
    }
    if (chance(0.1)) return this.#odd();
    const type = pick(types);
    return { sql: this.of(type), type };
  }

  /** Whole rows, composites, JSON, arrays, sub-selects, functions as attributes. */
  #odd(): Typed {
    const { pick } = this.#random;
    const rows = this.#visible.map(({ alias }) => alias);
    const homes = this.#visible
      .filter(({ type }) => type === 'address')
      .map((one) => `(${one.alias}.${one.column}).city`);
    const tags = this.#visible.filter(({ type }) => type === 'text[]').map((one) => `${one.alias}.${one.column}[1]`);
    const notes = this.#visible
      .filter(({ type }) => type === 'jsonb')
      .map((one) => `${one.alias}.${one.column} ->> 'k'`);
    const sub = this.#sub(this.#visible);
    const choices = [
      `ARRAY(${sub.sql.replace(/^SELECT (DISTINCT )?.* FROM /s, (whole) => whole)})`,
      ...rows.map((alias) => `row_to_json(${alias})::text`),
      ...rows.map((alias) => `(${alias} IS NULL)::text`),
      ...rows.map((alias) => `count(${alias}.*) OVER ()::text`),
      ...homes,
      ...tags,
      ...notes,
    ];
    const sql = pick(choices);
    return sql.startsWith('ARRAY(') && sub.columns.length !== 1
      ? { sql: `EXISTS (${sub.sql})`, type: 'boolean' }
      : { sql, type: 'text' };
  }

  condition(): string {
    const { chance, pick } = this.#random;
    if (!chance(0.25)) return this.of('boolean');
    const sub = this.#sub(this.#visible);
    const [first] = sub.columns;
    if (first === undefined || sub.columns.length > 1) return `${pick(['', 'NOT '])}EXISTS (${sub.sql})`;
    const left = this.#leaf(first.type);
    return pick([`${left} IN (${sub.sql})`, `${left} = (${sub.sql} LIMIT 1)`, `${left} <> ALL (${sub.sql})`]).replace(
      /LIMIT \d+ LIMIT 1/,
      'LIMIT 1',
    );
  }

  simpleCondition(): string {
    return `${this.#leaf('integer')} = ${this.#leaf('integer')}`;
  }

  #leaf(type: string): string {
    const fitting = this.#visible.filter((one) => one.type === type);
    if (fitting.length > 0 && this.#random.chance(0.85)) return this.#named(this.#random.pick(fitting));
    const written = this.#literals[type];
    return written === undefined ? 'NULL' : this.#random.pick(written);
  }

  of(type: string, depth = 0): string {
    const known = templates[type];
    if (known === undefined || depth > 2 || this.#random.chance(0.35)) return this.#leaf(type);
    return this.#random
      .pick(known)
      .replaceAll(/\$\/(timestamp with time zone|\w+)/g, (_, wanted: string) => this.of(wanted, depth + 1));
  }
}
