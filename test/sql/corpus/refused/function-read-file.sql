-- expect: FUNCTION_FORBIDDEN
SELECT pg_read_file('/etc/passwd')
