/** What the demo runs on: two small databases, two people, and a policy a reader takes in at one look. */

/** A shop: orders, customers with what must stay private, and a view. Always the same rows. */
export const shopSql = `
CREATE TABLE public.customers (
  id integer PRIMARY KEY,
  name text NOT NULL,
  country text NOT NULL,
  email text NOT NULL UNIQUE,
  phone text NOT NULL
);
COMMENT ON TABLE public.customers IS 'Who buys';
COMMENT ON COLUMN public.customers.email IS 'Personal: not for analysts';

CREATE TABLE public.orders (
  id integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES public.customers,
  ordered_on date NOT NULL,
  total numeric(10, 2) NOT NULL,
  status text NOT NULL DEFAULT 'paid'
);
COMMENT ON TABLE public.orders IS 'One row an order';
CREATE INDEX orders_by_customer ON public.orders (customer_id, ordered_on);

INSERT INTO public.customers
SELECT n, (ARRAY['Amara', 'Bruno', 'Chiara', 'Dalia', 'Emil', 'Fatima', 'Goran', 'Hana'])[n],
  (ARRAY['IT', 'DE', 'IT', 'FR', 'DE', 'FR', 'HR', 'CZ'])[n], 'customer' || n || '@example.com', '+39 055 01' || n || n
FROM generate_series(1, 8) AS n;

INSERT INTO public.orders
SELECT n, 1 + n % 8, date '2026-01-01' + n * 3, (n * 37 % 400) + 0.95, (ARRAY['paid', 'paid', 'shipped', 'returned'])[1 + n % 4]
FROM generate_series(1, 60) AS n;

CREATE VIEW public.turnover AS
SELECT c.country, count(*) AS orders, sum(o.total) AS total
FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.country;
`;

/** The people of the shop: only managers may look. */
export const peopleSql = `
CREATE TABLE public.salaries (person text PRIMARY KEY, salary numeric NOT NULL);
INSERT INTO public.salaries VALUES ('ana', 41000), ('omar', 52000);
`;

export const policies: Readonly<Record<string, string>> = {
  'roles.csv': 'g, ana, analyst, *\ng, omar, manager, *\n',
  'shop.csv': [
    '# analysts: orders and customers, without the personal columns',
    'p, analyst, shop, public.orders,          select, allow',
    'p, analyst, shop, public.customers,       select, allow',
    'p, analyst, shop, public.customers.email, select, deny',
    'mask, analyst, shop, public.customers.phone, partial',
    'limit, analyst, shop, rows, 50',
    '# managers: everything',
    'p, manager, shop, public.*, select, allow',
    '',
  ].join('\n'),
  'people.csv': 'p, manager, people, public.*, select, allow\n',
};

export interface Person {
  readonly name: string;
  readonly role: string;
}

export const ana: Person = { name: 'ana', role: 'analyst' };
export const omar: Person = { name: 'omar', role: 'manager' };

export interface DemoConfig {
  readonly listen: string;
  /** Person → SHA-256 of the key. */
  readonly keys: Readonly<Record<string, string>>;
  readonly databases: readonly string[];
}

export const embeddedDatabases: readonly string[] = [
  '  shop:   { type: embedded, seed: shop.sql,   description: "Orders and customers", tags: [demo] }',
  '  people: { type: embedded, seed: people.sql, description: "Salaries",             tags: [demo] }',
];

/** The whole `config.yaml` of the demo. Over stdio the caller is ana. */
export function demoConfig({ listen, keys, databases }: DemoConfig): string {
  const entries = Object.entries(keys).map(([name, sha256]) => `      - { principal: ${name}, sha256: ${sha256} }`);
  return [
    'default_database: shop',
    'server:',
    '  transport: streamable-http',
    `  listen: "${listen}"`,
    '  auth:',
    '    mode: api_key',
    '    keys:',
    ...entries,
    'stdio: { principal: ana }',
    'audit: { sql: full }        # the demo holds nothing worth hiding',
    'log: { level: error }',
    'databases:',
    ...databases,
    '',
  ].join('\n');
}
