-- expect: POLICY_DENIED
SELECT peek_secret(1)
