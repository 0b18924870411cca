-- expect: POLICY_DENIED
EXPLAIN (VERBOSE) SELECT count(*) FROM customers
