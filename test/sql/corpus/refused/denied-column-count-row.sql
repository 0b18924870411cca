-- expect: POLICY_DENIED
SELECT count(c) FROM customers c
