-- expect: POLICY_DENIED
SELECT count(*) FILTER (WHERE email IS NULL) FROM customers
