-- expect: POLICY_DENIED
SELECT 1 LIMIT (SELECT length(max(email)) FROM customers)
