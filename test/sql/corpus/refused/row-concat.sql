-- expect: POLICY_DENIED
SELECT concat(c, '') FROM customers c
