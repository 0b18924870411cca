-- expect: NAME_NOT_AVAILABLE
SELECT most_common_vals FROM pg_stats
