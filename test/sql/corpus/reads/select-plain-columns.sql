-- expect: ok
SELECT id, name, country FROM customers ORDER BY id LIMIT 10
