-- expect: ok
SELECT id FROM orders ORDER BY id FETCH FIRST 3 ROWS ONLY
