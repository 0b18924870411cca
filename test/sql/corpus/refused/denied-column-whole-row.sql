-- expect: POLICY_DENIED
SELECT c FROM customers c
