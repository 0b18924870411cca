-- expect: ok
SELECT DISTINCT country FROM customers
