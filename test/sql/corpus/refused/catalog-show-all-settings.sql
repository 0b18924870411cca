-- expect: POLICY_DENIED
SELECT * FROM pg_show_all_settings()
