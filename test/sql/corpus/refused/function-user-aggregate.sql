-- expect: POLICY_DENIED
SELECT last_of(name ORDER BY id) FROM regions
