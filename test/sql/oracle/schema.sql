-- A schema with everything that makes reading names hard; the oracles run over it.
CREATE SCHEMA shop;
CREATE SCHEMA archive;
CREATE TYPE public.address AS (street text, city text, zip int);
CREATE TYPE public.mood AS ENUM ('calm', 'busy', 'closed');
CREATE FUNCTION public.is_short(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length($1) < 40';
CREATE DOMAIN public.short_text AS text CHECK (public.is_short(VALUE));
CREATE TYPE public.span AS RANGE (SUBTYPE = int4);

CREATE TABLE public.people (id int PRIMARY KEY, name text, born date, home public.address, tags text[], notes jsonb, feeling public.mood, nick public.short_text);
CREATE TABLE public.items (id int PRIMARY KEY, owner_id int, label text, price numeric(10,2), kind text, taken public.span);
CREATE TABLE shop.items (id int PRIMARY KEY, label text, stock bigint, secret text);
CREATE TABLE shop.sales (item_id int, person_id int, sold_at timestamptz, amount numeric, qty int);
CREATE TABLE archive.items (id int, label text, gone boolean);
CREATE TABLE archive.slots (
  a int, b int, c int, note text, CONSTRAINT slots_ab UNIQUE (c, a), CONSTRAINT "Odd name" UNIQUE (b) INCLUDE (note),
  CONSTRAINT slots_expression EXCLUDE USING btree ((a + 0) WITH =, b WITH =));
CREATE TABLE public.logs (id bigint, at timestamptz NOT NULL, kind text, body text) PARTITION BY RANGE (at);
CREATE TABLE public.logs_old PARTITION OF public.logs FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE public.logs_new PARTITION OF public.logs FOR VALUES FROM ('2025-01-01') TO ('2035-01-01');
CREATE TABLE public.animals (id int, name text, legs int);
CREATE TABLE public.dogs (breed text) INHERITS (public.animals);
CREATE TABLE public."Mixed Case" ("Key" int, "select" text, "Größe" numeric, "a""b" text);
CREATE TABLE public."日本" ("列" int, "値" text);
CREATE TABLE public.dropped (a int, gone int, b text, c numeric);
ALTER TABLE public.dropped DROP COLUMN gone;

CREATE VIEW public.v_people AS SELECT id, name, (home).city AS city FROM public.people;
CREATE VIEW public.v_sales AS SELECT s.item_id, i.label, sum(s.amount) AS total FROM shop.sales s JOIN shop.items i ON i.id = s.item_id GROUP BY 1, 2;
CREATE VIEW public.v_nested AS SELECT p.city, count(*) AS n FROM public.v_people p GROUP BY p.city;
CREATE VIEW public.v_invoker WITH (security_invoker) AS SELECT id, secret FROM shop.items;
CREATE MATERIALIZED VIEW public.m_kinds AS SELECT kind, count(*) AS n FROM public.items GROUP BY kind;

CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION public.twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $1';
CREATE FUNCTION shop.twice(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION public.with_default(a int, b int DEFAULT 1, c text DEFAULT 'x') RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION public.total(VARIADIC int[]) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT sum(x)::int FROM unnest($1) x';
CREATE FUNCTION public.fullname(public.people) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.name';
CREATE FUNCTION public.pair_of(anyelement, anyelement) RETURNS anyarray LANGUAGE sql IMMUTABLE AS 'SELECT ARRAY[$1, $2]';
CREATE FUNCTION public.some_people(min int) RETURNS SETOF public.people LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT * FROM public.people WHERE id > $1';
CREATE FUNCTION public.pairs(n int, OUT a int, OUT b text) RETURNS SETOF record LANGUAGE sql STABLE AS 'SELECT i, i::text FROM generate_series(1, n) i';
CREATE FUNCTION public.shape(x anyelement, OUT one anyelement, OUT many anyarray) RETURNS record LANGUAGE sql STABLE AS 'SELECT $1, ARRAY[$1]';
CREATE FUNCTION public.anything() RETURNS SETOF record LANGUAGE sql STABLE AS 'SELECT 1, ''x''::text';
CREATE AGGREGATE public.product_of(int) (SFUNC = int4mul, STYPE = int);
CREATE FUNCTION public.near(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) < 3';
CREATE OPERATOR public.~~~ (LEFTARG = int, RIGHTARG = int, FUNCTION = public.near);
CREATE FUNCTION public.mood_rank(public.mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN $1::text = ''calm'' THEN 1 ELSE 2 END';
CREATE CAST (public.mood AS int) WITH FUNCTION public.mood_rank(public.mood) AS IMPLICIT;
CREATE FUNCTION public.mood_jsonb(public.mood) RETURNS jsonb LANGUAGE sql IMMUTABLE AS 'SELECT ''1''::jsonb';
CREATE CAST (public.mood AS jsonb) WITH FUNCTION public.mood_jsonb(public.mood);
