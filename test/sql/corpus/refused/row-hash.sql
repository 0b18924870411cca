-- expect: POLICY_DENIED
SELECT hash_record_extended(c, 1) FROM customers c
