-- expect: FUNCTION_FORBIDDEN
SELECT pg_logical_emit_message(false, 'a', 'b')
