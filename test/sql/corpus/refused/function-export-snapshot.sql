-- expect: FUNCTION_FORBIDDEN
SELECT pg_export_snapshot()
