-- expect: ok
SELECT id, total * 2 AS twice FROM orders ORDER BY twice, -id LIMIT 3
