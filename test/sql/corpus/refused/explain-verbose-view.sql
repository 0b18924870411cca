-- expect: POLICY_DENIED
EXPLAIN VERBOSE SELECT customer FROM v_order_summary
