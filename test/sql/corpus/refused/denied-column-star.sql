-- expect: POLICY_DENIED
SELECT * FROM customers
