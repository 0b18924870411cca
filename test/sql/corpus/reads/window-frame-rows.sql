-- expect: ok
SELECT created_at, sum(total) OVER (ORDER BY created_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM orders LIMIT 10
