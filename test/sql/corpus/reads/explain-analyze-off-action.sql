-- expect: ok
-- action: explain
EXPLAIN (ANALYZE off) SELECT id FROM orders
