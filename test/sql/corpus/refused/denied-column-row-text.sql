-- expect: POLICY_DENIED
SELECT c::text FROM customers c
