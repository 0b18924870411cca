-- expect: ok
SELECT name FROM customers ORDER BY name COLLATE "C" LIMIT 3
