-- expect: FUNCTION_FORBIDDEN
SELECT * FROM ts_stat('select search from docs')
