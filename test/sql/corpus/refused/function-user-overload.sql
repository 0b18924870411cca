-- expect: POLICY_DENIED
SELECT order_total(1, 2.0)
