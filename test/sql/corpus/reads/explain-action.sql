-- expect: ok
-- action: explain
SELECT id FROM orders WHERE total > 10
