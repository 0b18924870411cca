-- expect: POLICY_DENIED
SELECT mode() WITHIN GROUP (ORDER BY c) FROM customers c
