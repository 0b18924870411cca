-- expect: FUNCTION_FORBIDDEN
SELECT pg_try_advisory_lock_shared(1, 2)
