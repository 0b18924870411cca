-- expect: STATEMENT_NOT_READ_ONLY
ALTER SYSTEM SET log_statement = 'none'
