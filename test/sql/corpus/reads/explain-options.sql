-- expect: ok
EXPLAIN (VERBOSE, COSTS off, FORMAT json) SELECT * FROM orders
