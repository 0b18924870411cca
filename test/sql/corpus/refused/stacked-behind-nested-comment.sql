-- expect: STATEMENT_MULTIPLE
SELECT 1 /* a /* b */ c */; DROP TABLE orders
