-- expect: FUNCTION_FORBIDDEN
SELECT setseed(0.5)
