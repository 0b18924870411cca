-- expect: FUNCTION_FORBIDDEN
SELECT currtid2('private.secrets', '(0,1)')
