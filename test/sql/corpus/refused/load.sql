-- expect: STATEMENT_NOT_READ_ONLY
LOAD 'auto_explain'
