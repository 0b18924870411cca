-- expect: STATEMENT_UNPARSABLE
SELECT 1 /* /* */ FROM orders
