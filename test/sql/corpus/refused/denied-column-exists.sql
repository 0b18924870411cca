-- expect: POLICY_DENIED
SELECT 1 FROM regions WHERE EXISTS (SELECT email FROM customers)
