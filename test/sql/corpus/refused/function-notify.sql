-- expect: FUNCTION_FORBIDDEN
SELECT pg_notify('c', 'x')
