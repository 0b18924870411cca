-- expect: POLICY_DENIED
EXPLAIN SELECT order_total(1)
