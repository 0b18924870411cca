/** Statements written by hand, one for each way in which home-made readers of names go wrong; over `schema.sql`, search_path public, shop. */

import { hiddenCalls, hiddenCallsOfWrites, sqlJson } from './hidden-calls.ts';
import { hostileNames } from './hostile-names.ts';

export interface Trap {
  readonly name: string;
  readonly sql: string;
  /** Why PostgreSQL checks no privilege for parts of it: they are never planned. */
  readonly unplanned?: string;
}

const named = (statements: Readonly<Record<string, string>>, unplanned?: string): readonly Trap[] =>
  Object.entries(statements).map(([name, sql]) => (unplanned === undefined ? { name, sql } : { name, sql, unplanned }));

const bySql = (statements: readonly string[]): readonly Trap[] => statements.map((sql) => ({ name: sql, sql }));

const commonTables = named({
  'a common table hides a table': 'WITH items AS (SELECT 1 AS id) SELECT id FROM items',
  'a schema leads past a common table': 'WITH items AS (SELECT 1 AS x) SELECT s.secret, i.x FROM shop.items s, items i',
  'a later sibling is seen by the earlier one as the table it hides':
    'WITH a AS (SELECT label FROM items), items AS (SELECT 7 AS id) SELECT a.label, items.id FROM a, items',
  'an inner WITH hides an outer one':
    'WITH x AS (SELECT id FROM people) SELECT * FROM (WITH x AS (SELECT label FROM items) SELECT * FROM x) q, x',
  'an inner WITH ends with its query':
    'SELECT * FROM (WITH people AS (SELECT 1 AS one) SELECT one FROM people) q, people p',
  recursion:
    'WITH RECURSIVE r(n, label) AS (SELECT id, label FROM items WHERE id = 1 UNION ALL SELECT i.id, i.label FROM items i JOIN r ON i.owner_id = r.n) SELECT n FROM r',
  'RECURSIVE lets a name mean a later sibling':
    'WITH RECURSIVE a AS (SELECT v FROM b), b AS (SELECT name AS v FROM people) SELECT v FROM a',
  'SEARCH adds a column':
    'WITH RECURSIVE t(id, p) AS (SELECT id, owner_id FROM items UNION ALL SELECT i.id, i.owner_id FROM items i, t WHERE t.id = i.owner_id) SEARCH DEPTH FIRST BY id SET ord SELECT id FROM t ORDER BY ord',
  'CYCLE adds columns':
    'WITH RECURSIVE t(id, p) AS (SELECT id, owner_id FROM items UNION ALL SELECT i.id, i.owner_id FROM items i, t WHERE t.id = i.owner_id) CYCLE id SET looped USING path SELECT id, looped, path FROM t',
  'column names of a common table': 'WITH c(a, b) AS (SELECT id, name FROM people) SELECT b FROM c WHERE a > 1',
  'a common table in a sub-select of its own':
    'SELECT (WITH c AS (SELECT max(id) AS m FROM items) SELECT m FROM c) FROM people',
  'a common table sees the outer row': 'SELECT (WITH c AS (SELECT p.name AS n) SELECT n FROM c) FROM people p',
  'a common table used twice': 'WITH c AS (SELECT id, name FROM people) SELECT x.name FROM c x JOIN c y ON x.id = y.id',
});

const rows = named({
  star: 'SELECT * FROM items',
  'star of one side': 'SELECT p.* FROM people p JOIN items i ON i.owner_id = p.id',
  'star of a sub-select': 'SELECT q.* FROM (SELECT id, label FROM items) q',
  'a whole row by its alias': 'SELECT p FROM people p',
  'a whole row by its table': 'SELECT people FROM people',
  'a whole row in a function': 'SELECT row_to_json(i) FROM items i',
  'a whole row tested for NULL': 'SELECT 1 FROM items i WHERE i IS NULL',
  'a whole row compared': 'SELECT 1 FROM items i, items j WHERE i = j',
  'a whole row counted': 'SELECT count(i.*) FROM items i',
  'a whole row of a join': 'SELECT j FROM (people p JOIN items i ON true) AS j',
  'a whole row of a sub-select': 'SELECT q FROM (SELECT id FROM items) q',
  'a whole row cast to text': 'SELECT i::text FROM items i',
  'a field of a whole row': 'SELECT (p).name FROM people p',
  'a row made of stars': 'SELECT ROW(i.*, 1) FROM items i',
  'a column hides the row of the same name': 'SELECT kind FROM items AS kind',
  'a whole row in an aggregate with ORDER BY': 'SELECT array_agg(i ORDER BY i.id) FROM items i',
  'spread out again': 'SELECT (i).* FROM items i',
  'a composite column spread out': 'SELECT (home).* FROM people',
  'a composite field': 'SELECT (home).city, (p.home).zip FROM people p',
  'an attribute that is a function': 'SELECT p.fullname FROM people p',
  'a function written before its row': 'SELECT fullname(p) FROM people p',
  'a column written as a function': 'SELECT name(p) FROM people p',
  'an attribute that is an aggregate': 'SELECT i.count FROM items i',
  'system columns': 'SELECT ctid, i.xmin, tableoid::regclass FROM items i',
  'counting only': 'SELECT count(*) FROM shop.items',
  'joined for existence only': 'SELECT p.name FROM people p, shop.sales',
  'nothing read at all': 'SELECT 1 FROM people',
  'dropped columns leave no gap': 'SELECT d.* FROM dropped d',
  'a field of a row that was passed on': 'SELECT (q.p).name FROM (SELECT p FROM people p) q',
  'a field of a row that a sub-select is': 'SELECT (q).name FROM (SELECT name FROM people) q',
  'a row inside a row': 'SELECT ((q.p).home).city, (q.r).f1 FROM (SELECT p, ROW(p.id, 1) AS r FROM people p) q',
  'star after a dropped column, renamed': 'SELECT x, y, z FROM dropped AS d(x, y, z)',
});

const joins = named({
  using: 'SELECT id FROM people JOIN items USING (id)',
  'using, star': 'SELECT * FROM people JOIN items USING (id)',
  'full using': 'SELECT id FROM people FULL JOIN items USING (id)',
  'using with an alias': 'SELECT u.id FROM people JOIN items USING (id) AS u',
  natural: 'SELECT id FROM items NATURAL JOIN shop.items AS s',
  'natural with nothing in common': 'SELECT name FROM people NATURAL JOIN shop.sales',
  'three by using': 'SELECT id FROM people JOIN items USING (id) LEFT JOIN shop.items s USING (id)',
  'an alias hides inner names': 'SELECT j.label FROM (people JOIN items ON people.id = items.owner_id) AS j',
  'column names of a join': 'SELECT b FROM (people JOIN items ON true) AS j(a, b)',
  'names of both sides inside ON':
    'SELECT 1 FROM people p JOIN (items i JOIN shop.sales s ON s.item_id = i.id) ON p.id = s.person_id',
  'using over types that differ': 'SELECT id FROM logs JOIN items USING (id)',
  'the same table twice': 'SELECT a.label, b.price FROM items a JOIN items b ON a.id = b.owner_id',
  'a cross join': 'SELECT p.id FROM people p CROSS JOIN items',
});

const names = named({
  'two schemas share a name, the path decides': 'SELECT label FROM items',
  'the other schema by name': 'SELECT secret FROM shop.items',
  'a third schema outside the path': 'SELECT gone FROM archive.items',
  'qualified by schema in the select list': 'SELECT shop.items.stock FROM shop.items',
  'two of one name told apart by schema': 'SELECT public.items.price, shop.items.stock FROM public.items, shop.items',
  'folded to lower case': 'SELECT LABEL FROM Items',
  quoted: 'SELECT "Key", "select", "Größe", "a""b" FROM "Mixed Case"',
  'by code points': `SELECT U&"\\0069d" FROM U&"\\0069tems"`,
  'other scripts': 'SELECT "列", "値" FROM "日本"',
  'longer than a name can be': `SELECT id AS ${'x'.repeat(70)} FROM items ORDER BY ${'x'.repeat(63)}`,
  'column names in an alias': 'SELECT a, price FROM items AS i(a, b, c)',
  'a column named by the alias hides the real one': 'SELECT label FROM items AS i(label, x, y)',
  'a table of pg_catalog goes first': 'SELECT relname FROM pg_class',
});

const clauses = named({
  'ORDER BY an output before an input': 'SELECT price AS id FROM items ORDER BY id',
  'ORDER BY an expression over inputs': 'SELECT price AS id FROM items ORDER BY id + 1',
  'ORDER BY a column not selected': 'SELECT label FROM items ORDER BY price',
  'ORDER BY a number': 'SELECT label, price FROM items ORDER BY 2',
  'GROUP BY an input before an output': 'SELECT upper(kind) AS label, count(*) FROM items GROUP BY label, kind',
  'GROUP BY an output': 'SELECT upper(kind) AS k, count(*) FROM items GROUP BY k',
  'GROUP BY a key covers the rest': 'SELECT id, label FROM items GROUP BY id',
  'grouping sets':
    'SELECT kind, owner_id, grouping(kind, owner_id), sum(price) FROM items GROUP BY CUBE (kind, owner_id)',
  'grouping by a list': 'SELECT kind, owner_id FROM items GROUP BY ROLLUP ((kind, owner_id), id)',
  'DISTINCT ON': 'SELECT DISTINCT ON (kind) label FROM items ORDER BY kind, price',
  'a window by name': 'SELECT sum(price) OVER w FROM items WINDOW w AS (PARTITION BY owner_id ORDER BY id)',
  'a window from another':
    'SELECT sum(price) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM items WINDOW w AS (PARTITION BY kind ORDER BY id)',
  'a window never used': 'SELECT label FROM items WINDOW w AS (PARTITION BY price)',
  having: 'SELECT kind FROM items GROUP BY kind HAVING max(price) > 10',
  'filter and order inside an aggregate': `SELECT string_agg(label, ',' ORDER BY price) FILTER (WHERE owner_id > 1) FROM items`,
  'within group': 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM items',
  'limit by a sub-select': 'SELECT label FROM items LIMIT (SELECT max(stock) FROM shop.items)',
  'VALUES in FROM': 'SELECT v.b, i.label FROM (VALUES (1, 2), (3, 4)) AS v(a, b) JOIN items i ON i.id = v.a',
  'VALUES with sub-selects': 'VALUES ((SELECT max(id) FROM items)), ((SELECT min(id) FROM people))',
  TABLE: 'TABLE archive.items',
  'set operations':
    'SELECT label FROM items UNION SELECT secret FROM shop.items EXCEPT SELECT label FROM archive.items ORDER BY 1',
  'set operations of different types':
    'SELECT id FROM items UNION ALL SELECT stock FROM shop.items UNION ALL SELECT NULL',
  'a set operation with its own limit inside':
    '(SELECT label FROM items ORDER BY price LIMIT 1) UNION ALL (SELECT label FROM archive.items LIMIT 1)',
});

const subSelects = named({
  correlated: 'SELECT (SELECT max(price) FROM items i WHERE i.owner_id = p.id) FROM people p',
  'correlated over two levels':
    'SELECT (SELECT (SELECT p.name FROM shop.sales s WHERE s.item_id = i.id) FROM items i) FROM people p',
  'an inner column hides an outer one': 'SELECT (SELECT label) FROM items',
  'a name the inner table lacks is the outer one':
    'SELECT 1 FROM people WHERE id IN (SELECT name::int FROM shop.sales)',
  exists: 'SELECT label FROM items i WHERE EXISTS (SELECT s.amount FROM shop.sales s WHERE s.item_id = i.id)',
  'in a row': 'SELECT 1 FROM items WHERE (id, label) IN (SELECT id, label FROM archive.items)',
  'any and all':
    'SELECT 1 FROM items WHERE price > ALL (SELECT amount FROM shop.sales) AND id = ANY (SELECT id FROM people)',
  'as an array': 'SELECT ARRAY(SELECT label FROM items)',
  'a row compared with a query': 'SELECT 1 FROM people WHERE (id, name) = (SELECT id, label FROM items LIMIT 1)',
  lateral:
    'SELECT p.name, x.label FROM people p, LATERAL (SELECT i.label FROM items i WHERE i.owner_id = p.id LIMIT 1) x',
  'lateral in a join':
    'SELECT x.l FROM people p LEFT JOIN LATERAL (SELECT label AS l FROM items WHERE owner_id = p.id) x ON true',
  'not lateral: the outer level is meant':
    'SELECT (SELECT q.n FROM items i, (SELECT p.name AS n) q LIMIT 1) FROM people p',
  'a sub-select without alias': 'SELECT label FROM (SELECT label FROM items)',
});

const functions = named({
  'functions in FROM see what is before them': 'SELECT t FROM people p, unnest(p.tags) t',
  'a function that answers rows': 'SELECT sp.name FROM some_people(1) sp',
  'a function that answers rows, whole': 'SELECT sp FROM some_people(1) sp',
  'OUT parameters': 'SELECT a, b FROM pairs(2)',
  'OUT parameters of a polymorphic function': 'SELECT one, many[1] FROM shape(2)',
  'fields of a call': 'SELECT (shape(name)).many FROM people',
  'all fields of a call': 'SELECT (pairs(2)).*',
  'a column definition list': 'SELECT y FROM anything() AS f(x int, y text)',
  'several at once': 'SELECT * FROM ROWS FROM (generate_series(1, 2), pairs(2)) WITH ORDINALITY AS f(a, b, c, n)',
  'unnest of several arrays': 'SELECT a, b FROM people p, unnest(p.tags, ARRAY[1, 2]) AS u(a, b)',
  'overloads by type': 'SELECT twice(id), twice(label), twice(price) FROM items',
  'an overload for an unknown literal': `SELECT twice('x')`,
  defaults: 'SELECT with_default(id), with_default(id, 2), with_default(b => id, a => 1) FROM items',
  variadic: 'SELECT total(id, owner_id), total(VARIADIC ARRAY[id]) FROM items',
  'a user operator': 'SELECT id ~~~ owner_id FROM items',
  'an operator by schema': 'SELECT id OPERATOR(public.~~~) owner_id FROM items',
  'a user cast, explicit': 'SELECT feeling::int FROM people',
  'a user cast, implicit in a call': 'SELECT twice(feeling) FROM people',
  'a user cast, implicit in an operator': 'SELECT feeling + 1 FROM people',
  'a user aggregate': 'SELECT product_of(id) FROM items',
  'a user aggregate as a window': 'SELECT product_of(id) OVER () FROM items',
  'a cast written as a call': 'SELECT text(id), int4(price), date(sold_at) FROM items, shop.sales',
  'a range constructor': 'SELECT span(id, id + 1), taken @> id FROM items',
  'case with a tested value': `SELECT CASE kind WHEN 'a' THEN price ELSE id END FROM items`,
  'in with types that differ': 'SELECT 1 FROM items WHERE price IN (1, 2.5, id)',
  between: `SELECT 1 FROM shop.sales WHERE sold_at BETWEEN '2025-01-01' AND now() AND amount BETWEEN SYMMETRIC qty AND 3`,
  nullif: 'SELECT nullif(price, id), nullif(label, NULL) FROM items',
  'dates and intervals': `SELECT born + interval '1 year', age(born), extract(year FROM born), born AT TIME ZONE 'UTC' FROM people`,
  overlaps: `SELECT (born, born + 1) OVERLAPS (born, interval '1 day') FROM people`,
  'like with escape': `SELECT 1 FROM items WHERE label LIKE 'x!%' ESCAPE '!' OR label SIMILAR TO 'a|b' OR label NOT ILIKE 'z'`,
  'json operators': `SELECT notes -> 'a' ->> 'b', notes @> '{}', notes #>> '{a,b}', notes['a'] FROM people`,
  'arrays and slices': `SELECT tags[1], tags[1:2], tags[:], tags || 'x'::text, 'x' = ANY (tags) FROM people`,
  'json constructors': `SELECT json_object('a' : name, 'b' : id), json_array(id, name), json_arrayagg(name), json_objectagg(name : id) FROM people GROUP BY id, name`,
  'json queries': `SELECT json_value(notes, '$.a' RETURNING int), json_query(notes, '$.b'), json_exists(notes, '$.c'), notes IS JSON FROM people`,
  JSON_TABLE: `SELECT p.id, j.a FROM people p, JSON_TABLE(p.notes, '$[*]' COLUMNS (n FOR ORDINALITY, a text PATH '$.a', NESTED PATH '$.b' COLUMNS (c int PATH '$'))) j`,
  XML: `SELECT xmlelement(name a, xmlattributes(id), name), xmlforest(name AS n) FROM people`,
  XMLTABLE: `SELECT x.a FROM people p, XMLTABLE('/r' PASSING xmlparse(DOCUMENT p.name) COLUMNS a text PATH 'a') x`,
  'a sampling method': 'SELECT label FROM items TABLESAMPLE BERNOULLI (10) REPEATABLE (1)',
  'a domain with a check': `SELECT name::short_text FROM people`,
  'least, greatest, coalesce': 'SELECT least(price, id), greatest(id, 2), coalesce(label, kind) FROM items',
  'a parameter': 'SELECT label FROM items WHERE id = $1 AND kind = $2 AND price > $1',
});

const pseudoTypes = named({
  'a constant cast to anyelement stays unknown': `SELECT cast(null AS anyelement) <@ taken FROM items`,
  'a value cast to anyelement stays what it is': 'SELECT cast(id AS anyelement) + 1 FROM items',
  'a value cast to anyrange stays its range': 'SELECT isempty(cast(taken AS anyrange)) FROM items',
  'a multirange cast to anymultirange': 'SELECT isempty(cast(int4multirange(int4range(1, 2)) AS anymultirange))',
  'an aggregate over anymultirange':
    'SELECT range_intersect_agg(cast(multirange(int4range(1, id)) AS anymultirange)) FROM items',
  'an array cast to anyarray': 'SELECT array_length(cast(tags AS anyarray), 1) FROM people',
  'a composite cast to record keeps its fields': 'SELECT (cast(home AS record)).city FROM people',
  'nullif keeps a composite': 'SELECT (nullif(home, home)).city FROM people',
  'nullif of composites cast back': 'SELECT cast(nullif(home, home) AS address) *< home FROM people',
  'a domain with a length cuts': 'SELECT cast(name AS information_schema.yes_or_no) FROM people',
  'null as a C string': `SELECT lseg_in(cast(cast(null AS cstring) AS cstring))`,
});

const stored = named({
  'a view is its own': 'SELECT city FROM v_people',
  'a view over a view': 'SELECT n FROM v_nested',
  'a view with the rights of its caller': 'SELECT id FROM v_invoker',
  'a materialised view': 'SELECT n FROM m_kinds',
  'a partitioned table': 'SELECT kind FROM logs',
  'a partition by itself': 'SELECT body FROM logs_old',
  'a parent with its children': 'SELECT name FROM animals',
  'a parent alone': 'SELECT name FROM ONLY animals',
  'a child': 'SELECT name, breed FROM dogs',
  'a child row as a parent row': 'SELECT d::animals FROM dogs d',
});

const neverPlanned = named(
  {
    'a common table nobody names': 'WITH c AS (SELECT secret FROM shop.items) SELECT 1',
    'a sub-select behind false': 'SELECT 1 WHERE false AND EXISTS (SELECT secret FROM shop.items)',
    'an output nobody asks for': 'SELECT x FROM (SELECT 1 AS x, (SELECT max(secret) FROM shop.items) AS y) q',
  },
  'PostgreSQL never plans that part',
);

const rowTypes = named(
  {
    'a row type needs no FROM': 'SELECT NULL::shop.items',
    'an array over a row type': 'SELECT NULL::shop.items[]',
    'a row made of JSON': `SELECT (json_populate_record(NULL::shop.items, '{}')).secret`,
  },
  'PostgreSQL asks for no privilege on a row type; we do',
);

export const traps: readonly Trap[] = [
  ...commonTables,
  ...rows,
  ...joins,
  ...names,
  ...clauses,
  ...subSelects,
  ...functions,
  ...pseudoTypes,
  ...stored,
  ...neverPlanned,
  ...rowTypes,
  ...bySql(hiddenCalls),
  ...bySql(sqlJson),
  ...bySql(hostileNames),
];

/** Statements that write, for the reading oracle. */
export const writes: readonly Trap[] = [
  ...bySql(hiddenCallsOfWrites),
  ...named({
    'a write through a view with the rights of its caller': "DELETE FROM v_invoker WHERE secret = 'x'",
    'a write through it that reads nothing': 'DELETE FROM v_invoker',
    'an insert through it': "INSERT INTO v_invoker VALUES (1, 'x') RETURNING secret",
    'an update through it': 'UPDATE v_invoker SET secret = secret WHERE id = 1 RETURNING id',
    'a merge into it':
      'MERGE INTO v_invoker v USING items i ON i.id = v.id WHEN MATCHED THEN UPDATE SET secret = i.label WHEN NOT MATCHED THEN INSERT (id) VALUES (i.id)',
    'a write through a view with the rights of its owner': "UPDATE v_people SET name = 'x' WHERE id = 1",
    'insert of named columns': `INSERT INTO items (id, label) VALUES (1, 'a'), (2, DEFAULT)`,
    'insert without a list': `INSERT INTO items VALUES (1, 2, 'a')`,
    'insert of a query': 'INSERT INTO archive.items (id, label) SELECT id, label FROM items WHERE price > 1',
    'insert with WITH': 'WITH c AS (SELECT id FROM people) INSERT INTO items (id) SELECT id FROM c',
    'insert of defaults': 'INSERT INTO items DEFAULT VALUES',
    'insert returning': `INSERT INTO items (id) VALUES (1) RETURNING label, id + 1`,
    'on conflict do nothing': `INSERT INTO items (id) VALUES (1) ON CONFLICT (id) DO NOTHING`,
    'on conflict do update': `INSERT INTO items AS i (id, label) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET label = excluded.label || i.kind WHERE i.price > 1`,
    'on conflict on a primary key': 'INSERT INTO items (id) VALUES (1) ON CONFLICT ON CONSTRAINT items_pkey DO NOTHING',
    'on conflict on a unique constraint': `INSERT INTO archive.slots (a, note) VALUES (1, 'a') ON CONFLICT ON CONSTRAINT slots_ab DO UPDATE SET note = excluded.note`,
    'on conflict on a constraint with included columns':
      'INSERT INTO archive.slots AS s VALUES (1) ON CONFLICT ON CONSTRAINT "Odd name" DO UPDATE SET c = s.c + 1',
    'on conflict on a constraint over an expression':
      'INSERT INTO archive.slots DEFAULT VALUES ON CONFLICT ON CONSTRAINT slots_expression DO NOTHING',
    update: `UPDATE items SET price = price * 2, label = 'x' WHERE owner_id = 1`,
    'update from': 'UPDATE items i SET label = p.name FROM people p WHERE p.id = i.owner_id RETURNING p.name, i.price',
    'update of several at once': 'UPDATE items SET (label, kind) = (SELECT name, nick FROM people WHERE id = owner_id)',
    'update by default': 'UPDATE items SET label = DEFAULT',
    'update of a field': `UPDATE people SET home.city = 'x', tags[2] = 'y' WHERE id = 1`,
    delete: 'DELETE FROM items WHERE price < 1',
    'delete using': 'DELETE FROM items i USING people p WHERE p.id = i.owner_id AND p.name IS NULL RETURNING i.id',
    'delete everything': 'DELETE FROM shop.sales',
    merge: `MERGE INTO shop.items t USING items s ON t.id = s.id WHEN MATCHED AND s.price > 3 THEN UPDATE SET label = s.label WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, label) VALUES (s.id, s.kind)`,
    'a write inside WITH':
      'WITH gone AS (DELETE FROM items WHERE price < 1 RETURNING id, label) SELECT label FROM gone',
    'returning old and new': 'UPDATE items SET price = 1 RETURNING old.price, new.label',
  }),
];
