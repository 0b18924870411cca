-- The schema the corpora are written against. Runs as an ordinary owner; deterministic.
CREATE SCHEMA sales;
CREATE SCHEMA hr;
CREATE SCHEMA private;

CREATE TYPE public.order_status AS ENUM ('new', 'paid', 'shipped', 'returned');
CREATE TYPE public.address AS (street text, city text, zip text);
CREATE TYPE public.size3 AS (width numeric, height numeric, depth numeric);
CREATE DOMAIN public.percentage AS numeric CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE TYPE public.price_range AS RANGE (SUBTYPE = numeric);

CREATE TABLE public.customers (
  id bigint PRIMARY KEY, name text NOT NULL, email text, country text NOT NULL, created_at timestamptz NOT NULL,
  tags text[] NOT NULL DEFAULT '{}', profile jsonb NOT NULL DEFAULT '{}', credit numeric(12,2));
CREATE TABLE public.categories (id int PRIMARY KEY, parent_id int REFERENCES public.categories, name text NOT NULL);
CREATE TABLE public.products (
  id bigint PRIMARY KEY, sku text UNIQUE NOT NULL, title text NOT NULL, price numeric(10,2) NOT NULL,
  category_id int REFERENCES public.categories, attributes jsonb, size public.size3, valid daterange, bands public.price_range);
CREATE TABLE public.orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES public.customers, status public.order_status NOT NULL,
  total numeric(12,2) NOT NULL, created_at timestamptz NOT NULL, shipped_at timestamptz, note text, shipping public.address);
CREATE TABLE public.order_items (
  order_id bigint REFERENCES public.orders, line_no int, product_id bigint REFERENCES public.products, quantity int NOT NULL,
  unit_price numeric(10,2) NOT NULL, discount public.percentage, PRIMARY KEY (order_id, line_no));
CREATE INDEX orders_customer ON public.orders (customer_id, created_at);

CREATE TABLE public.events (
  id bigint NOT NULL, occurred_at timestamptz NOT NULL, kind text NOT NULL, customer_id bigint, payload jsonb) PARTITION BY RANGE (occurred_at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_2026 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;

CREATE TABLE public.measurements (id bigint PRIMARY KEY, sensor text NOT NULL, taken_at timestamp NOT NULL, value double precision);
CREATE TABLE public.measurements_lab (lab text) INHERITS (public.measurements);

CREATE TABLE public.docs (
  id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL, meta jsonb NOT NULL,
  search tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || body)) STORED);
CREATE INDEX docs_search ON public.docs USING gin (search);
CREATE TABLE public.bookings (id bigint PRIMARY KEY, room int NOT NULL, during tstzrange NOT NULL, days datemultirange);
CREATE TABLE public.places (id bigint PRIMARY KEY, name text, at point, area box, host inet, net cidr, mac macaddr, flags bit(4), raw bytea, key uuid, doc xml);
CREATE TABLE public.regions (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE public."Order Details" ("Line No" int PRIMARY KEY, "select" text, "Größe" numeric, "quo""ted" text);
CREATE TABLE public."日本語" ("列" int, "値" text);

CREATE TABLE sales.regions (id int PRIMARY KEY, name text NOT NULL, quota numeric NOT NULL);
CREATE TABLE sales.targets (region_id int REFERENCES sales.regions, month date, amount numeric NOT NULL);
CREATE TABLE sales.products (code text PRIMARY KEY, label text);

CREATE TABLE hr.departments (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE hr.employees (
  id bigint PRIMARY KEY, name text NOT NULL, manager_id bigint REFERENCES hr.employees, department_id int REFERENCES hr.departments,
  salary numeric(10,2) NOT NULL, hired date NOT NULL);
CREATE TABLE private.secrets (id int PRIMARY KEY, secret text NOT NULL);
CREATE SEQUENCE public.ticket_numbers;

INSERT INTO public.customers SELECT i, 'Customer ' || i, 'c' || i || '@example.org', (ARRAY['DE','FR','JP','US'])[1 + i % 4],
  timestamptz '2025-01-01 00:00+00' + i * interval '1 day', ARRAY['t' || i % 3, 't' || i % 5],
  jsonb_build_object('tier', i % 3, 'prefs', jsonb_build_object('lang', (ARRAY['de','fr','ja','en'])[1 + i % 4]), 'visits', jsonb_build_array(i, i + 1)), i * 10
  FROM generate_series(1, 200) i;
INSERT INTO public.categories VALUES (1, NULL, 'All'), (2, 1, 'Tools'), (3, 1, 'Toys'), (4, 2, 'Saws'), (5, 2, 'Drills'), (6, 3, 'Trains');
INSERT INTO public.products SELECT i, 'SKU-' || i, 'Product ' || i, i * 1.5, 1 + i % 6, jsonb_build_object('color', (ARRAY['red','green','blue'])[1 + i % 3], 'weight', i),
  ROW(i, i * 2, i * 3)::public.size3, daterange(date '2025-01-01' + i, date '2026-01-01' + i), public.price_range(i, i + 10) FROM generate_series(1, 60) i;
INSERT INTO public.orders SELECT i, 1 + i % 200, (enum_range(NULL::public.order_status))[1 + i % 4], i * 2.25, timestamptz '2025-03-01 08:00+00' + i * interval '13 hours',
  CASE WHEN i % 4 > 1 THEN timestamptz '2025-03-02 08:00+00' + i * interval '13 hours' END, CASE WHEN i % 7 = 0 THEN 'fragile; handle -- with /* care */' END,
  ROW('Street ' || i, 'City ' || i % 9, lpad(i::text, 5, '0'))::public.address FROM generate_series(1, 600) i;
INSERT INTO public.order_items SELECT 1 + i / 3, 1 + i % 3, 1 + i % 60, 1 + i % 4, (1 + i % 60) * 1.5, i % 20 FROM generate_series(0, 1799) i;
INSERT INTO public.events SELECT i, timestamptz '2024-11-01 00:00+00' + i * interval '1 day', (ARRAY['view','click','buy'])[1 + i % 3], 1 + i % 200,
  jsonb_build_object('page', '/p/' || i % 11, 'ms', i * 3, 'tags', jsonb_build_array('a', i % 4)) FROM generate_series(1, 700) i;
INSERT INTO public.measurements SELECT i, 's' || i % 4, timestamp '2025-06-01' + i * interval '10 minutes', sin(i) FROM generate_series(1, 200) i;
INSERT INTO public.measurements_lab SELECT i, 's' || i % 4, timestamp '2025-06-01' + i * interval '10 minutes', cos(i), 'lab ' || i % 2 FROM generate_series(201, 300) i;
INSERT INTO public.docs SELECT i, 'Title ' || i, 'The quick brown fox number ' || i || ' jumps over the lazy dog', jsonb_build_object('n', i, 'tags', jsonb_build_array('x', 'y' || i % 3), 'author', jsonb_build_object('name', 'A' || i % 5)) FROM generate_series(1, 50) i;
INSERT INTO public.bookings SELECT i, i % 5, tstzrange(timestamptz '2026-01-01 00:00+00' + i * interval '6 hours', timestamptz '2026-01-01 00:00+00' + i * interval '6 hours' + interval '4 hours'),
  datemultirange(daterange(date '2026-01-01' + i, date '2026-01-03' + i)) FROM generate_series(1, 100) i;
INSERT INTO public.places SELECT i, 'Place ' || i, point(i, -i), box(point(0, 0), point(i, i)), ('10.0.0.' || i)::inet, '10.0.0.0/24', '08:00:2b:01:02:03', B'1010', '\x00ff', md5(i::text)::uuid, '<a><b>1</b></a>' FROM generate_series(1, 20) i;
INSERT INTO public.regions VALUES (1, 'North'), (2, 'South');
INSERT INTO public."Order Details" SELECT i, 's' || i, i, 'q' FROM generate_series(1, 5) i;
INSERT INTO public."日本語" VALUES (1, '一'), (2, '二');
INSERT INTO sales.regions VALUES (1, 'EMEA', 1000), (2, 'APAC', 2000);
INSERT INTO sales.targets SELECT 1 + i % 2, date '2026-01-01' + make_interval(months => i), i * 100 FROM generate_series(0, 23) i;
INSERT INTO sales.products VALUES ('P1', 'One'), ('P2', 'Two');
INSERT INTO hr.departments VALUES (1, 'Board'), (2, 'Works');
INSERT INTO hr.employees SELECT i, 'Employee ' || i, CASE WHEN i > 1 THEN i / 2 END, 1 + i % 2, 3000 + i, date '2020-01-01' + i FROM generate_series(1, 40) i;
INSERT INTO private.secrets VALUES (1, 'hidden');

CREATE VIEW public.v_order_summary AS SELECT o.id, o.status, o.total, c.name AS customer FROM public.orders o JOIN public.customers c ON c.id = o.customer_id;
CREATE VIEW public.v_open_orders WITH (security_invoker = true) AS SELECT id, total FROM public.orders WHERE status IN ('new', 'paid');
CREATE VIEW public.v_customer_contacts AS SELECT id, name, email FROM public.customers;
CREATE VIEW public.v_headcount AS SELECT department_id, count(*) AS heads FROM hr.employees GROUP BY department_id;
CREATE MATERIALIZED VIEW public.mv_monthly_sales AS SELECT date_trunc('month', created_at AT TIME ZONE 'UTC') AS month, sum(total) AS total FROM public.orders GROUP BY 1;

CREATE FUNCTION public.order_total(bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT sum(quantity * unit_price) FROM public.order_items WHERE order_id = $1';
CREATE FUNCTION public.order_total(bigint, numeric) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT public.order_total($1) * $2';
CREATE FUNCTION public.discounted(amount numeric, percent int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN amount * (100 - percent) / 100; END';
CREATE FUNCTION public.peek_secret(int) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT secret FROM private.secrets WHERE id = $1';
CREATE FUNCTION public.full_label(public.products) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.sku || '' '' || $1.title';
CREATE FUNCTION public.recent_orders(int) RETURNS SETOF public.orders LANGUAGE sql STABLE AS 'SELECT * FROM public.orders ORDER BY created_at DESC LIMIT $1';
CREATE FUNCTION public.same_ish(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN lower($1) = lower($2); END';
CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = public.same_ish);
CREATE FUNCTION public.keep_last(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $2';
CREATE AGGREGATE public.last_of(text) (SFUNC = public.keep_last, STYPE = text);
CREATE FUNCTION public.is_clean(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 !~ ''dirt''; END';
CREATE DOMAIN public.clean_text AS text CHECK (public.is_clean(VALUE));
CREATE FUNCTION public.to_size(numeric) RETURNS public.size3 LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1, $1)::public.size3';
CREATE CAST (numeric AS public.size3) WITH FUNCTION public.to_size(numeric);
CREATE TYPE public.urgency AS ENUM ('low', 'high');
CREATE FUNCTION public.urgency_rank(public.urgency) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE CAST (public.urgency AS int) WITH FUNCTION public.urgency_rank(public.urgency) AS IMPLICIT;
CREATE FUNCTION sales.lower(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE FUNCTION public.touch() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN PERFORM nextval(''public.ticket_numbers''); RETURN 1; END';
CREATE VIEW public.v_runs_sql AS SELECT query_to_xml('select 1', true, false, '') AS x;
CREATE VIEW public.v_peek AS SELECT public.peek_secret(1) AS s;
CREATE TABLE public.claims (id int PRIMARY KEY, owner text, title text);
INSERT INTO public.claims VALUES (1, 'ann', 'One'), (2, 'bob', 'Two');
CREATE POLICY own_claims ON public.claims USING (owner = current_user OR id < 100);
ALTER TABLE public.claims ENABLE ROW LEVEL SECURITY;
CREATE VIEW public.v_claims AS SELECT id, title FROM public.claims;
CREATE TABLE public.remarks (id int PRIMARY KEY, body public.clean_text, about regclass);
CREATE FUNCTION public.urgency_as_json(public.urgency) RETURNS json LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN ''1''; END';
CREATE CAST (public.urgency AS json) WITH FUNCTION public.urgency_as_json(public.urgency);
