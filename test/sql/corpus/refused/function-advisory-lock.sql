-- expect: FUNCTION_FORBIDDEN
SELECT pg_advisory_lock(1)
