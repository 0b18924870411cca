-- expect: POLICY_DENIED
SELECT name FROM regions UNION ALL SELECT email FROM customers
