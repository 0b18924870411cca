-- expect: ok
SELECT ROW(1, 'a', NULL), (id, total) = (1, 2.25) FROM orders LIMIT 1
