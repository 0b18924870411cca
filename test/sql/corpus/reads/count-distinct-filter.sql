-- expect: ok
SELECT count(DISTINCT country), count(*) FILTER (WHERE credit > 500) FROM customers
