-- expect: POLICY_DENIED
SELECT sales.lower('A')
