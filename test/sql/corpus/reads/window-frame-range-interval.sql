-- expect: ok
SELECT created_at, avg(total) OVER (ORDER BY created_at RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) FROM orders LIMIT 10
