-- expect: STATEMENT_MULTIPLE
SELECT $a$ ; $a$; DROP TABLE orders
