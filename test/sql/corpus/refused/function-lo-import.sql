-- expect: FUNCTION_FORBIDDEN
SELECT lo_import('/etc/passwd')
