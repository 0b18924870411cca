-- expect: FUNCTION_FORBIDDEN
SELECT pg_stat_reset()
