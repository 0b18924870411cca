-- expect: POLICY_DENIED
SELECT tableoid::regclass FROM orders
