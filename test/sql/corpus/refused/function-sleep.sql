-- expect: FUNCTION_FORBIDDEN
SELECT pg_sleep(10)
