-- expect: FUNCTION_FORBIDDEN
SELECT database_to_xml(true, false, '')
