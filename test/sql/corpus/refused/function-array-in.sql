-- expect: FUNCTION_FORBIDDEN
SELECT array_in('{private.secrets}', 2205, -1)
