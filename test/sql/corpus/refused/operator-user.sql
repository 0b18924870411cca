-- expect: POLICY_DENIED
SELECT 'a' === 'b'
