-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
SELECT * FROM orders FOR UPDATE
