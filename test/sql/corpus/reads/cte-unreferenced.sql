-- expect: ok
WITH unused AS (SELECT id FROM orders) SELECT 1
