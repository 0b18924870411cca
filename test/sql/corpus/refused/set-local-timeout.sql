-- expect: STATEMENT_NOT_READ_ONLY
SET LOCAL statement_timeout = 0
