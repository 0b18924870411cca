-- expect: ok
WITH big AS MATERIALIZED (SELECT id, customer_id FROM orders WHERE total > 500) SELECT * FROM big b JOIN big b2 ON b.id = b2.id LIMIT 3
