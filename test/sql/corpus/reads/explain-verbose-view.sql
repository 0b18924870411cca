-- expect: ok
EXPLAIN VERBOSE SELECT id FROM v_open_orders
