-- expect: FUNCTION_FORBIDDEN
SELECT id FROM regions WHERE pg_sleep(1) IS NULL
