-- expect: FUNCTION_FORBIDDEN
SELECT query_to_xml('select * from private.secrets', true, false, '')
