-- expect: STATEMENT_NOT_READ_ONLY
NOTIFY channel, 'data'
