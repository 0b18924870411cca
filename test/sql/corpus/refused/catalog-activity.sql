-- expect: POLICY_DENIED
SELECT query FROM pg_stat_activity
