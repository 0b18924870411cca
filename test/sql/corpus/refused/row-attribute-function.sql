-- expect: POLICY_DENIED
SELECT c.to_jsonb FROM customers c
