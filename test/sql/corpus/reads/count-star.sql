-- expect: ok
SELECT count(*) FROM customers
