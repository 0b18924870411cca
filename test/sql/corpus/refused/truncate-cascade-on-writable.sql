-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
TRUNCATE orders CASCADE
