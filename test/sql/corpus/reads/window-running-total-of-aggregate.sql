-- expect: ok
SELECT date_trunc('day', created_at) AS d, sum(sum(total)) OVER (ORDER BY date_trunc('day', created_at)) FROM orders GROUP BY 1 ORDER BY 1
