-- expect: ok
SELECT * FROM orders WHERE id < 20
