-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
SELECT 1 INTO x
