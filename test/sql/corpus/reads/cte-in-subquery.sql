-- expect: ok
SELECT * FROM (WITH t AS (SELECT id FROM orders LIMIT 2) SELECT id FROM t) s
