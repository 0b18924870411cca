-- expect: ok
SELECT ARRAY(SELECT id FROM orders ORDER BY id LIMIT 3)
