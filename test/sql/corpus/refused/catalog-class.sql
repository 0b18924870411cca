-- expect: POLICY_DENIED
SELECT relname FROM pg_class
