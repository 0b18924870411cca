-- expect: POLICY_DENIED
SELECT record_out(c) FROM customers c
