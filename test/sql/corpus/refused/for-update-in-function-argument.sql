-- expect: STATEMENT_NOT_READ_ONLY
SELECT * FROM generate_series(1, (SELECT 1 FROM orders FOR UPDATE))
