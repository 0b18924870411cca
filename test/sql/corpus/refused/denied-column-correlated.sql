-- expect: POLICY_DENIED
SELECT (SELECT c.email) FROM customers c
