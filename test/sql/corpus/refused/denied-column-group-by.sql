-- expect: POLICY_DENIED
SELECT count(*) FROM customers GROUP BY email
