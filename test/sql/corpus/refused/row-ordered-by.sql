-- expect: POLICY_DENIED
SELECT id FROM customers c ORDER BY c
