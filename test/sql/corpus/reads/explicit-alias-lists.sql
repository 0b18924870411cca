-- expect: ok
SELECT t.a, t.b FROM (SELECT id, total FROM orders LIMIT 2) AS t(a, b)
