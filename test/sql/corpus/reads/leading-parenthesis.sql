-- expect: ok
(SELECT id FROM regions ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM sales.regions) LIMIT 1
