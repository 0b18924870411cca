-- expect: STATEMENT_MULTIPLE
SELECT 1 /* ; */ ; -- x
DELETE FROM orders
