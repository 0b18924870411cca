/** What is asked, by whom, in front of how many databases. */

import type { Crowd, Statement } from './contender.ts';

export interface Scenario extends Crowd {
  readonly name: string;
  readonly next: () => Statement;
  /** Other servers take part. */
  readonly withOthers: boolean;
  /** Taken also by `--quick`. */
  readonly quick: boolean;
}

const orders = 20_000;
const someOrder = () => 1 + Math.floor(Math.random() * orders);
let texts = 0;

const point = (): Statement => ({
  kind: 'point',
  sql: 'SELECT id, customer_id, total FROM public.orders WHERE id = $1',
  values: [someOrder()],
});

const newText = (): Statement => ({
  kind: 'text',
  sql: `SELECT id, customer_id, total AS total_${texts++} FROM public.orders WHERE id = ${someOrder()}`,
  values: [],
});

const thousandRows = (): Statement => ({
  kind: 'text',
  sql: 'SELECT id, customer_id, total, placed_at FROM public.orders ORDER BY id LIMIT 1000',
  values: [],
});

export const tenMegabytes = (): Statement => ({
  kind: 'text',
  sql: 'SELECT id, body FROM public.documents ORDER BY id',
  values: [],
});

/** Ten thousand documents of 1000 characters make the result of 10 MB. */
export const seed = `
  CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, total numeric(10,2) NOT NULL, placed_at timestamptz NOT NULL);
  INSERT INTO public.orders SELECT i, i % 100, i * 1.25, '2026-01-01'::timestamptz + i * interval '1 minute' FROM generate_series(1, ${orders}) i;
  CREATE TABLE public.documents (id int PRIMARY KEY, body text NOT NULL);
  INSERT INTO public.documents SELECT i, repeat(md5(i::text), 31) || '\\ "quoted"' FROM generate_series(1, 10000) i;
  ANALYZE public.orders, public.documents;`;

const usual = { principals: 1, databases: 1, withOthers: true, quick: false } as const;

/** What the goals are stated for. */
export const pointQuery: Scenario = {
  ...usual,
  name: 'point query, 16 clients',
  next: point,
  callers: 16,
  quick: true,
};

export const scenarios: readonly Scenario[] = [
  pointQuery,
  { ...usual, name: 'point query, 1 client', next: point, callers: 1 },
  // a principal may have a hundred sessions
  { ...usual, name: 'point query, 128 clients', next: point, callers: 128, principals: 2 },
  {
    ...usual,
    name: 'point query, 128 clients of 32 principals',
    next: point,
    callers: 128,
    principals: 32,
    withOthers: false,
  },
  { ...usual, name: 'a text never seen before, 16 clients', next: newText, callers: 16, quick: true },
  { ...usual, name: '1000 rows, 16 clients', next: thousandRows, callers: 16, quick: true },
  { ...usual, name: '10 MB, 4 clients', next: tenMegabytes, callers: 4, quick: true },
  {
    ...usual,
    name: 'point query, 16 clients, 100 databases',
    next: point,
    callers: 16,
    databases: 100,
    withOthers: false,
  },
  {
    ...usual,
    name: 'point query, 16 clients, 1000 databases',
    next: point,
    callers: 16,
    databases: 1000,
    withOthers: false,
  },
];
