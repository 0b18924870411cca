-- expect: POLICY_DENIED
SELECT email FROM customers
