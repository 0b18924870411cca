-- expect: POLICY_DENIED
SELECT data FROM pg_largeobject
