-- expect: FUNCTION_FORBIDDEN
SELECT pg_input_is_valid('private.secrets', 'regclass')
