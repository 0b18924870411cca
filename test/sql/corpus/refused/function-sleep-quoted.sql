-- expect: FUNCTION_FORBIDDEN
SELECT "pg_catalog"."pg_sleep"(1)
