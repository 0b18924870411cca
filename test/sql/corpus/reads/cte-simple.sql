-- expect: ok
WITH big AS (SELECT id, total FROM orders WHERE total > 1000) SELECT count(*) FROM big
