-- expect: POLICY_DENIED
SELECT count(*) FROM customers c GROUP BY c
