-- expect: ok
-- action: explain
EXPLAIN (FORMAT text) SELECT id FROM orders WHERE total > 10
