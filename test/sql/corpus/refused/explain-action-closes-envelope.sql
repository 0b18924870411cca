-- expect: STATEMENT_MULTIPLE
-- action: explain
SELECT 1; DELETE FROM orders
