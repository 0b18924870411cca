-- expect: ok
SELECT (shipping).* FROM orders LIMIT 2
