-- expect: ok
SELECT date_trunc('month', created_at) AS month, sum(total) FROM orders GROUP BY month ORDER BY month
