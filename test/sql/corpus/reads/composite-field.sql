-- expect: ok
SELECT (shipping).city, (o.shipping).zip FROM orders o LIMIT 3
