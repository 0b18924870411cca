-- expect: FUNCTION_FORBIDDEN
SELECT * FROM ROWS FROM (generate_series(1, 2), pg_sleep(1))
