-- expect: FUNCTION_FORBIDDEN
SELECT pg_ls_dir('.')
