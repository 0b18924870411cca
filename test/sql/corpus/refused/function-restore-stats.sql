-- expect: FUNCTION_FORBIDDEN
-- min-server: 18
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'orders', 'reltuples', 1::real)
