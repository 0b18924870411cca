-- expect: POLICY_DENIED
SELECT _customers('{}')
