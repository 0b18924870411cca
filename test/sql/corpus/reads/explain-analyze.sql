-- expect: ok
EXPLAIN (ANALYZE, BUFFERS, TIMING off) SELECT count(*) FROM orders
