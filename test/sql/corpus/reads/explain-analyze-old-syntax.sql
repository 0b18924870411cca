-- expect: ok
EXPLAIN ANALYZE VERBOSE SELECT count(*) FROM orders
