-- expect: STATEMENT_NOT_READ_ONLY
SELECT * INTO copied FROM orders
