-- expect: POLICY_DENIED
SELECT prosrc FROM pg_proc
