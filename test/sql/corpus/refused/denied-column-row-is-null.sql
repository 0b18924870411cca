-- expect: POLICY_DENIED
SELECT c IS NULL FROM customers c
