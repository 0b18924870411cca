-- expect: ok
SELECT * FROM (SELECT status, id, total, row_number() OVER (PARTITION BY status ORDER BY total DESC) AS rn FROM orders) t WHERE rn <= 3
