-- expect: NAME_NOT_AVAILABLE
SELECT query FROM pg_stat_activity
