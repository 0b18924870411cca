-- expect: FUNCTION_FORBIDDEN
SELECT pg_reload_conf()
