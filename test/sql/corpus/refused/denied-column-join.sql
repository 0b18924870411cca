-- expect: POLICY_DENIED
SELECT 1 FROM customers c JOIN regions r ON r.name = c.email
