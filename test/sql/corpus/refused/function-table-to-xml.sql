-- expect: FUNCTION_FORBIDDEN
SELECT table_to_xml('private.secrets', true, false, '')
