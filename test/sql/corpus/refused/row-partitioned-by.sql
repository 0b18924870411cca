-- expect: POLICY_DENIED
SELECT rank() OVER (PARTITION BY c) FROM customers c
