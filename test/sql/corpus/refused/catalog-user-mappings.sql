-- expect: POLICY_DENIED
SELECT umoptions FROM pg_user_mappings
