-- expect: POLICY_DENIED
SELECT id FROM customers ORDER BY email
