-- expect: ok
SELECT status, extract(month FROM created_at) AS m, sum(total) FROM orders GROUP BY ROLLUP (status, extract(month FROM created_at)) ORDER BY 1, 2
