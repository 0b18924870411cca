-- expect: FUNCTION_FORBIDDEN
SELECT U&"pg\005fsleep"(1)
