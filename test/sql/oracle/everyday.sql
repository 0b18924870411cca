-- One statement a line, over schema.sql: what people write every day, and what they seldom do.
SELECT u.id FROM people JOIN items USING (id) AS u JOIN shop.items s USING (id)
SELECT j.* FROM (people JOIN items USING (id)) j
SELECT * FROM people JOIN items USING (id) AS u
SELECT u.* FROM people JOIN items USING (id) AS u
SELECT (SELECT t FROM (SELECT 1) t)
SELECT p.* IS NULL FROM people p
SELECT count(DISTINCT (id, name)) FROM people
SELECT array_agg((id, name)) FROM people
SELECT generate_series(1,3), unnest(tags) FROM people
SELECT kv.key, kv.value FROM people p, jsonb_each_text(p.notes) kv
SELECT r.a FROM people p, jsonb_to_recordset(p.notes) AS r(a int, b text)
SELECT kv FROM people p, jsonb_each(p.notes) kv
SELECT (jsonb_each(notes)).value FROM people
SELECT m FROM (SELECT regexp_matches(name, 'a') FROM people) q(m)
SELECT regexp_matches(name, 'a'), string_to_table(name, ',') FROM people
SELECT 1 FROM people GROUP BY ()
SELECT lag(price, 1, 0) OVER (ORDER BY id), lead(label) OVER w, ntile(4) OVER w FROM items WINDOW w AS (PARTITION BY kind)
SELECT EXISTS (SELECT 1 FROM items)::int
SELECT now() - interval '1 day' * 3, date '2020-01-01' + 1, current_date - born, born + time '10:00' FROM people
SELECT 'a' || 1, 1 || 'a', label || price, B'101' & B'110' FROM items
SELECT ARRAY[1,2] || 3, 3 || ARRAY[1], ARRAY[[1,2],[3,4]], ARRAY[1,2.5], ARRAY[NULL,'x'], tags || tags FROM people
SELECT '{1,2}'::int[] && ARRAY[1], id = ANY('{1,2}'), id = ALL('{}'::int[]), tags @> ARRAY['x']::text[], tags <@ '{a}' FROM people
SELECT to_char(now(), 'YYYY'), to_tsvector('english', label) @@ to_tsquery('a'), ts_rank(to_tsvector(label), plainto_tsquery('x')) FROM items
SELECT lower(taken), upper(taken), taken && span(1,2), taken * span(1,2), range_agg(taken), isempty(taken), range_merge(taken, taken) FROM items GROUP BY taken
SELECT percentile_disc(ARRAY[0.1,0.5]) WITHIN GROUP (ORDER BY price), mode() WITHIN GROUP (ORDER BY kind), rank(3, 'a') WITHIN GROUP (ORDER BY id, kind), percentile_cont(0.2) WITHIN GROUP (ORDER BY id) FROM items
SELECT CASE WHEN id > 1 THEN NULL ELSE 'x' END, CASE WHEN true THEN 1 ELSE 2.5 END, CASE WHEN true THEN NULL END FROM items
SELECT NULL UNION SELECT 1 UNION SELECT 2.5
SELECT 'x' UNION ALL SELECT NULL
SELECT a, b FROM (VALUES (1, '2020-01-02'::date), (NULL, '2020-01-01')) v(a, b)
SELECT (x).city, x.street FROM unnest(ARRAY[ROW('s','c',1)::address]) x
SELECT x FROM unnest(ARRAY[ROW('s','c',1)::address]) x
SELECT (ARRAY[home])[1].city FROM people
SELECT tableoid::regclass, count(*) FROM logs GROUP BY 1
SELECT 'people'::regclass::oid, pg_typeof(id), collation for (name) FROM people
SELECT DISTINCT ON (1) label, id FROM items
SELECT sum(x) FROM generate_series(1,3) x(x)
SELECT g, g.g FROM generate_series(1,3) g
SELECT g.* FROM generate_series(1,3) g
SELECT t.n, t.v, t FROM generate_series(1,2) WITH ORDINALITY t(v,n)
SELECT ROW(1,2) = ROW(1,2), ROW(1,2) < (3,4), (1,2) IS DISTINCT FROM (1,NULL), ROW(1) IS NULL FROM people p
SELECT sp.name FROM animals a, LATERAL some_people(a.id) sp
SELECT sp.name FROM animals a, some_people(a.id) sp WHERE sp IS NOT NULL
SELECT id::text::int::numeric, ('1'::text)::json -> 'a', name::json ->> 0, born::text::date FROM people
SELECT extract(epoch FROM age(born)), date_part('year', born), date_trunc('day', now()), make_date(2020, id, 1) FROM people
SELECT label COLLATE "C" < 'x', label < 'x' COLLATE "C" FROM items
SELECT $1::int + 1, $2 || 'x', coalesce($3, 2), abs($1)
SELECT * FROM items LIMIT $1 OFFSET $2
SELECT LOCALTIMESTAMP, SESSION_USER = 'x', CURRENT_TIME, CURRENT_SCHEMA, CURRENT_CATALOG
SELECT least(1, 2.5), greatest('a', label), greatest(id, NULL) FROM items
SELECT label FROM items ORDER BY price FETCH FIRST 3 ROWS WITH TIES
SELECT 1 WHERE (SELECT true)
SELECT any_value(label), bool_and(id > 1), every(true), count(*) FILTER (WHERE label IS NULL), array_agg(DISTINCT label ORDER BY label DESC NULLS LAST) FROM items
SELECT label FROM items INTERSECT ALL SELECT secret FROM shop.items
SELECT NOT (id = 1 OR gone), gone IS UNKNOWN, gone IS NOT TRUE FROM archive.items
SELECT (SELECT max(id) FROM items) > ANY (SELECT id FROM people)
SELECT ARRAY(SELECT ROW(id, label) FROM items), ARRAY(SELECT ARRAY[id] FROM items)
SELECT (string_to_array(label, ','))[1], (regexp_split_to_array(label, ','))[2:3] FROM items
SELECT p.*, row_number() OVER () FROM (TABLE people) p
SELECT 1 FROM items WHERE (id, label) < (SELECT id, name FROM people LIMIT 1)
SELECT x.city FROM (SELECT (home).* FROM people) x
SELECT q.home FROM (SELECT home FROM people) q
SELECT (q.home).city FROM (SELECT home FROM people) q
SELECT (q.r).f1, (q.r).f2 FROM (SELECT ROW(id, label) AS r FROM items) q
SELECT (q.p).name, (q.p).home FROM (SELECT p FROM people p) q
SELECT ((q.p).home).city FROM (SELECT p FROM people p) q
SELECT (people).home.city FROM people
SELECT n.v FROM people p CROSS JOIN LATERAL (VALUES (p.id), (p.id + 1)) n(v)
SELECT count(*) FROM people p WHERE p.* = p.*
SELECT max(born), sum(id), avg(id), stddev(id), var_pop(id), corr(id, id), bit_or(id) FROM people
SELECT string_agg(name, ', ' ORDER BY born, id DESC) FROM people
SELECT (array_agg(id))[1], (array_agg(p))[1] FROM people p
SELECT unnest(array_agg(id)) FROM people
SELECT nick || 'x', length(nick), nick = 'a', nick::text, coalesce(nick, 'z'), nick LIKE name FROM people
SELECT feeling::text, 'calm'::mood, enum_range(feeling) FROM people
SELECT price::int, price::text, price::float8 + 1, price * 2::real, -price, @price, price % 2, price ^ 2, |/ price FROM items
SELECT id & 1, id | 2, id # 3, ~id, id << 1, id >> 1, 5 / 2, 5.0 / 2, 2 ^ 3 FROM items
SELECT id & 1, id | 2, id # 3, ~id, id << 1, id >> 1, 5 / 2, 5.0 / 2, 2 ^ 3 FROM items
SELECT stock + 1, stock * price, stock = i.id, stock::int FROM shop.items s, items i
SELECT sold_at::date, sold_at > now() - '1 day'::interval, sold_at - now(), sold_at AT TIME ZONE 'UTC', sold_at AT LOCAL, date_bin('1 hour', sold_at, '2020-01-01') FROM shop.sales
SELECT notes - 'a', notes || '{}', notes ? 'a', notes ?| ARRAY['a'], notes #- '{a}', notes @? '$.a', notes @@ '$.a > 1', jsonb_path_query(notes, '$.a'), notes ->> 0, (notes -> 'a')::int FROM people
SELECT width_bucket(price, 0, 100, 10), round(price), trunc(price, 1), ceil(price), mod(id, 2), power(id, 2), random(), setseed(0.5) FROM items
SELECT format('%s-%s', id, label), concat_ws(',', id, label, NULL), repeat(label, 2), lpad(label, 10, 'x'), md5(label), left(label, 2), split_part(label, ',', 1), regexp_replace(label, 'a', 'b', 'g'), translate(label, 'a', 'b'), initcap(label), reverse(label), encode(label::bytea, 'hex'), quote_ident(label), to_hex(id), chr(id), ascii(label) FROM items
SELECT inet '10.0.0.1' << cidr '10.0.0.0/8', host(inet '1.1.1.1'), gen_random_uuid()::text
SELECT point(1,2) <-> point(3,4), box(point(0,0), point(1,1)) @> point(0,0), circle(point(0,0), 1)
SELECT cardinality(tags), array_length(tags, 1), array_position(tags, 'a'), array_to_string(tags, ','), array_remove(tags, 'a'), tags[array_upper(tags, 1)], array_append(tags, 'z'), array_cat(tags, tags) FROM people
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH RECURSIVE t AS (SELECT 1 AS n, ARRAY[1] AS path UNION SELECT n + 1, path || n FROM t WHERE n < 5) SELECT n, path FROM t
WITH RECURSIVE sub(id, depth) AS (SELECT id, 0 FROM items WHERE owner_id IS NULL UNION ALL (SELECT i.id, s.depth + 1 FROM items i, sub s WHERE i.owner_id = s.id)) SELECT * FROM sub
WITH t AS (SELECT 1 AS a) SELECT * FROM t, LATERAL (WITH t AS (SELECT t.a + 1 AS b FROM t) SELECT * FROM t) q
WITH a AS (WITH b AS (SELECT id FROM items) SELECT id FROM b) SELECT * FROM a
SELECT * FROM (SELECT 1 AS x, 2 AS x) q
SELECT id FROM items ORDER BY (SELECT max(s.stock) FROM shop.items s WHERE s.id = items.id)
SELECT kind, count(*) FROM items GROUP BY kind ORDER BY count(*) DESC, max(price)
SELECT kind AS lbl FROM items GROUP BY lbl
SELECT -price AS price FROM items ORDER BY price
SELECT i.*, s.* FROM items i FULL JOIN shop.items s ON s.id = i.id
SELECT x FROM items i, LATERAL (SELECT i) x
SELECT (x.i).label FROM items i, LATERAL (SELECT i) x
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = 'people'::regclass AND a.attnum > 0
SELECT n.nspname || '.' || c.relname, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
SELECT (pg_stat_file('x')).size
SELECT * FROM pg_get_keywords()
SELECT word FROM pg_get_keywords() WHERE catcode = 'R'
SELECT name, setting FROM pg_settings
SELECT * FROM pg_timezone_names LIMIT 1
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b']) AS u(a, b)
SELECT * FROM ROWS FROM (json_to_record('{}') AS (a int, b text), generate_series(1,2)) AS r
SELECT * FROM json_to_record('{"a":1}') AS x(a int)
SELECT s.* FROM pg_stat_activity s
SELECT xmlserialize(content xmlelement(name a) AS text), xmlroot(xmlelement(name a), version '1.0'), xmlexists('/a' PASSING CAST('<a/>' AS xml)), xpath('/a', CAST('<a/>' AS xml)), (CAST('<a/>' AS xml)) IS DOCUMENT
SELECT json_serialize(json('{}')), json_scalar(1), json_object('a' VALUE 1 ABSENT ON NULL WITH UNIQUE KEYS RETURNING jsonb), json_array(SELECT id FROM items ORDER BY id)
SELECT json_arrayagg(id ORDER BY id RETURNING jsonb), json_objectagg(label : id ABSENT ON NULL) FROM items
SELECT bool 'true', int '1', '1'::"char", 'x'::name, '1'::bit(3), 'a'::char(3), 'x'::varchar(2)
SELECT label::varchar(3), label::bpchar, price::numeric(5,1), label::text FROM items
SELECT 9223372036854775807, 9223372036854775808, 0x1F, 1_000, 1e10, .5
SELECT i.id::public.span FROM (SELECT '[1,2]' AS id) i
SELECT make_interval(days => 10), make_timestamptz(2020, 1, 1, 0, 0, 0), timezone('UTC', now())
SELECT sum(amount) OVER (ORDER BY sold_at RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM shop.sales
SELECT sum(qty) OVER (ORDER BY item_id GROUPS 2 PRECEDING), first_value(qty) OVER (ORDER BY item_id ROWS UNBOUNDED PRECEDING) FROM shop.sales
SELECT d FROM dogs d, animals a WHERE d::animals = a
SELECT name FROM dogs UNION SELECT name FROM ONLY animals
SELECT body FROM logs WHERE at >= now() AND kind ILIKE 'a%' ORDER BY at DESC LIMIT 10
SELECT ctid, * FROM items
SELECT i.ctid = (SELECT min(ctid) FROM items) FROM items i
SELECT 1 FROM items i WHERE i.tableoid = 'items'::regclass
SELECT p FROM people p ORDER BY p
SELECT DISTINCT p.home FROM people p
SELECT q2 FROM (SELECT 1) AS t("q2")
SELECT twice(NULL), twice('a'), twice(1), twice(1.5)
SELECT with_default(1, c => 'y'), total(1,2,3), pair_of('a'::text, 'b'), (pair_of(1, 2))[1], shape(1), (shape(1)).one, (shape('x'::text)).many
SELECT * FROM pairs(2) p JOIN items i ON i.id = p.a
SELECT p FROM pairs(2) p
SELECT fullname(p.*), p.fullname, (p).fullname FROM people p
SELECT fullname(x) FROM some_people(1) x
SELECT q.fullname FROM (SELECT * FROM people) q
SELECT count(*), count(name), sum(1) FROM people
