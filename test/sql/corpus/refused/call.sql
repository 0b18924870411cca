-- expect: STATEMENT_NOT_READ_ONLY
CALL anything(1)
