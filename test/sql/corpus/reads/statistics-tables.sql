-- expect: ok
-- rules: @statistics
SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables ORDER BY 2 DESC
