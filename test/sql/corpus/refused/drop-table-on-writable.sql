-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
DROP TABLE orders
