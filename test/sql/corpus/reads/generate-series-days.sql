-- expect: ok
SELECT d::date, count(o.id) FROM generate_series(timestamptz '2025-03-01', timestamptz '2025-03-07', interval '1 day') AS d LEFT JOIN orders o ON o.created_at::date = d::date GROUP BY 1 ORDER BY 1
