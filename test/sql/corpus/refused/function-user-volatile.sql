-- expect: POLICY_DENIED
SELECT touch()
