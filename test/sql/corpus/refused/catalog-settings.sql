-- expect: POLICY_DENIED
SELECT * FROM pg_settings
