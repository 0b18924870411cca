-- expect: FUNCTION_FORBIDDEN
SELECT txid_current()
