-- expect: ok
SELECT name COLLATE pg_catalog."C" AS n FROM customers ORDER BY n LIMIT 3
